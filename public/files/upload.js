/** Sends one file, and tells how far it is. */

const BROKEN_OFF = "The upload broke off. Are you online, and is the file still there?";

/**
 * @param {File} file
 * @param {{ signal: AbortSignal, onProgress: (sentBytes: number) => void, onSent: () => void }} options
 * @returns {Promise<{ id: string }>} The file as the API describes it.
 * @throws {Error} Its message is for a person; the signal's reason where that has aborted.
 */
export function upload(file, { signal, onProgress, onSent }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Not fetch, which does not tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/files/${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.upload.addEventListener("load", onSent);
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Error(reasonOf(request)));
    });
    request.addEventListener("error", () => reject(new Error(BROKEN_OFF)));
    request.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/**
 * In the words of the problem (RFC 9457); what was wrong with the name is said without where it stood.
 *
 * @param {XMLHttpRequest} request
 * @returns {string}
 */
function reasonOf({ response, status }) {
  const { detail, issues } = response ?? {};
  return issues?.map(({ message }) => `${message}.`).join(" ") ?? detail ?? `The server answers ${status}.`;
}
