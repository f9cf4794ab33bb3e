/** Uploads one file, and reports progress. */

const INTERRUPTED = "The upload was interrupted. Check your connection and whether the file still exists.";

/**
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
