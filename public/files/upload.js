/** The upload of one file: its request, its row on the page, and its turn. */

const INTERRUPTED = "The upload was interrupted. Check your connection and whether the file still exists.";

/**
 * Uploads one file, and reports progress.
 *
 * @param {File} file
 * @param {{ signal: AbortSignal, onProgress: (sentBytes: number) => void, onSent: () => void }} options
 * @returns {Promise<{ id: string }>} The file as the API returns it.
 * @throws {Error} With a message for a person; the signal's reason if it aborted.
 */
export function upload(file, { signal, onProgress, onSent }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Not fetch, which does not report the progress of uploads.
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/files/${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.upload.addEventListener("load", onSent);
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Error(reasonOf(request)));
    });
    request.addEventListener("error", () => reject(new Error(INTERRUPTED)));
    request.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/**
 * The text of the problem (RFC 9457): the messages of its issues, else its detail.
 *
 * @param {XMLHttpRequest} request
 * @returns {string}
 */
function reasonOf({ response, status }) {
  const { detail, issues } = response ?? {};
  return issues?.map(({ message }) => `${message}.`).join(" ") ?? detail ?? `The server answered ${status}.`;
}

/**
 * Runs a limited number of tasks at once; the others wait in a queue.
 *
 * @param {number} max
 * @returns {<T>(task: () => Promise<T>) => Promise<T>} Runs a task when there is a free slot.
 */
export function limitConcurrency(max) {
  let free = max;
  /** @type {(() => void)[]} */
  const waiting = [];
  return async (task) => {
    if (free > 0) free--;
    else await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/** The row of an upload, made from the HTML that the page supplies. */
export class UploadRow {
  #file;
  #bar;
  #sent;
  #error;
  #retry;
  #cancel;

  /**
   * @param {File} file
   * @param {() => void} onCancel Also called when a failed upload is dismissed.
   */
  constructor(file, onCancel) {
    const uploads = document.querySelector("#uploads");
    const template = document.createElement("template");
    template.innerHTML = uploads.dataset.item;
    this.element = template.content.firstElementChild;
    const part = (selector) => this.element.querySelector(selector);
    [this.#bar, this.#sent, this.#error] = [part("progress"), part(".sent"), part(".error")];
    [this.#retry, this.#cancel] = [part(".retry"), part(".cancel")];
    this.#file = file;
    part(".name").textContent = file.name;
    this.#bar.max = Math.max(file.size, 1);
    this.#bar.setAttribute("aria-label", `Upload of ${file.name}`);
    this.#retry.setAttribute("aria-label", `Retry ${file.name}`);
    this.#cancel.addEventListener("click", onCancel);
    uploads.append(this.element);
  }

  wait() {
    this.#show({ sent: "Waiting", button: "Cancel" });
    this.#bar.value = 0;
  }

  /** @param {number} sentBytes */
  progress(sentBytes) {
    this.#bar.value = sentBytes;
    this.#sent.textContent = `${sizeOf(sentBytes)} of ${sizeOf(this.#file.size)}`;
  }

  /** The server has received all bytes, so it is too late to cancel. */
  store() {
    this.#bar.value = this.#bar.max;
    this.#sent.textContent = "Storing";
    this.#cancel.disabled = true;
  }

  /**
   * @param {string} reason
   * @param {(() => void)} [onRetry] Absent if a retry would fail again.
   */
  fail(reason, onRetry) {
    this.#show({ error: reason, button: "Dismiss" });
    this.#retry.hidden = !onRetry;
    this.#retry.onclick = onRetry ?? null;
  }

  /** Moves the focus, if it is in the row, to the file input. */
  remove() {
    if (this.element.contains(document.activeElement)) document.querySelector("#upload-file").focus();
    this.element.remove();
  }

  #show({ sent = "", error = "", button }) {
    this.element.classList.toggle("failed", error !== "");
    this.#bar.hidden = error !== "";
    this.#sent.textContent = sent;
    this.#error.textContent = error;
    this.#retry.hidden = true;
    this.#cancel.disabled = false;
    this.#cancel.textContent = button;
    this.#cancel.setAttribute("aria-label", `${button} ${this.#file.name}`);
  }
}

const UNITS = ["bytes", "KiB", "MiB", "GiB"];

/** The size in readable units: `sizeOf` of src/web/pages/size.ts, for the browser. @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes === 1) return "1 byte";
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const amount = bytes / 1024 ** power;
  return `${amount < 10 ? Number(amount.toFixed(1)) : Math.round(amount)} ${UNITS[power]}`;
}
