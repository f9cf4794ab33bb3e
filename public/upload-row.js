/** The row of a file that is being uploaded, made of the page's template. */

/** @param {number} bytes As `sizeOf` in src/web/size.ts. */
export function sizeOf(bytes) {
  if (bytes === 1) return "1 byte";
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), 3);
  const amount = bytes / 1024 ** power;
  return `${amount < 10 ? Number(amount.toFixed(1)) : Math.round(amount)} ${["bytes", "KiB", "MiB", "GiB"][power]}`;
}

/**
 * @param {File} file
 * @param {() => void} onCancel Also when an upload that failed is put away.
 */
export function createRow({ name, size }, onCancel) {
  const template = document.querySelector("#upload-row");
  const row = template.content.firstElementChild.cloneNode(true);
  const [named, bar, sent, error] = [".name", "progress", ".sent", ".error"].map((part) => row.querySelector(part));
  const [retry, cancel] = [row.querySelector(".retry"), row.querySelector(".cancel")];
  named.textContent = name;
  bar.max = Math.max(size, 1);
  bar.setAttribute("aria-label", `Upload of ${name}`);
  retry.setAttribute("aria-label", `Retry ${name}`);
  cancel.addEventListener("click", onCancel);
  document.querySelector("#uploads").append(row);

  /** @param {string} text */
  function label(text) {
    cancel.textContent = text;
    cancel.setAttribute("aria-label", `${text} ${name}`);
  }

  return {
    element: row,
    wait() {
      row.classList.remove("failed");
      bar.hidden = false;
      bar.value = 0;
      sent.textContent = "Waiting";
      error.textContent = "";
      retry.hidden = true;
      label("Cancel");
    },
    /** @param {number} bytes */
    progress(bytes) {
      bar.value = bytes;
      sent.textContent = `${sizeOf(bytes)} of ${sizeOf(size)}`;
    },
    /** From here on the server has it all: it is too late to cancel. */
    store() {
      bar.value = bar.max;
      sent.textContent = "Storing";
      cancel.disabled = true;
    },
    /**
     * @param {string} reason
     * @param {(() => void) | undefined} onRetry
     */
    fail(reason, onRetry) {
      row.classList.add("failed");
      bar.hidden = true;
      sent.textContent = "";
      error.textContent = reason;
      retry.hidden = !onRetry;
      retry.onclick = onRetry ?? null;
      cancel.disabled = false;
      label("Dismiss");
    },
    /** Focus that was in the row goes to where the next upload begins. */
    remove() {
      if (row.contains(document.activeElement)) document.querySelector("#upload-file").focus();
      row.remove();
    },
  };
}
