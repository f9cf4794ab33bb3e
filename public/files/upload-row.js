/** The row of an upload on the page. */
import { sizeOf } from "../page/size.js";

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

  /** @param {string} text The text for a stored upload. */
  finish(text) {
    this.#show({ sent: text, button: "Dismiss" });
    this.#bar.hidden = true;
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
