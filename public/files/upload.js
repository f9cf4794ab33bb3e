/** The upload of one file: its request, its errors, and its turn. */

const SAFE = "Retrying is safe: the file is stored only once.";
const INTERRUPTED = `No response arrived, so it is unknown whether the file was stored. Check your connection and whether the file still exists. ${SAFE}`;
const UNEXPECTED = `This page could not finish the upload, so it is unknown whether the file was stored. ${SAFE}`;

/** By the member `upload` of the server's problem: the reasons why the key of an upload cannot be used again. */
const USED = {
  deleted: "It was stored by an earlier attempt, and has been deleted since. Retry to store it again.",
  "other files": "It has changed since an earlier attempt, which was stored. Retry to store it as another file.",
};

/** An upload that failed, with a message for the user. */
export class UploadError extends Error {
  /**
   * @param {string} message
   * @param {{ isUnknown?: boolean, needsNewKey?: boolean }} [facts] Whether the file may have been stored; whether only
   *   another key can store it.
   */
  constructor(message, { isUnknown = false, needsNewKey = false } = {}) {
    super(message);
    this.isUnknown = isUnknown;
    this.needsNewKey = needsNewKey;
  }
}

/** Other errors have messages of the browser, which are not meant for users. @param {unknown} error */
export function toUploadError(error) {
  if (error instanceof UploadError) return error;
  console.error(error);
  return new UploadError(UNEXPECTED, { isUnknown: true });
}

/**
 * The server had no free slot for the upload and did not read its body. For example, another tab may be using the
 * slots.
 */
class BusyError extends UploadError {
  /** @param {string} message @param {number} seconds How long to wait before trying again. */
  constructor(message, seconds) {
    super(message);
    this.seconds = seconds;
  }
}

/** With the server's `Retry-After` of 5 seconds, this is about a minute. */
const MAX_ATTEMPTS = 12;

/** A key for one upload and its retries, with which the server stores it only once. */
export function createKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Uploads one file, and waits while the server has no slot for it.
 *
 * @param {File} file
 * @param {Parameters<typeof send>[1] & { onWait: () => void }} options
 * @returns {Promise<string | undefined>} The id of the stored file, if the response can be read.
 * @throws {UploadError} The signal's reason if it aborted.
 */
export async function upload(file, { onWait, ...options }) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(file, options);
    } catch (error) {
      if (!(error instanceof BusyError) || attempt === MAX_ATTEMPTS) throw error;
      onWait();
      await new Promise((resolve) => setTimeout(resolve, error.seconds * 1000));
    }
  }
}

/**
 * Sends one file, and reports progress.
 *
 * @param {File} file
 * @param {{ key: string, signal: AbortSignal, onProgress: (sentBytes: number) => void, onSent: () => void }} options
 * @returns {Promise<string | undefined>} The id of the stored file, if the response can be read.
 * @throws {UploadError} The signal's reason if it aborted.
 */
function send(file, { key, signal, onProgress, onSent }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Not fetch, which does not report the progress of uploads.
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/files/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Idempotency-Key", key);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.upload.addEventListener("load", onSent);
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response?.id);
      else reject(errorOf(request));
    });
    request.addEventListener("error", () => reject(new UploadError(INTERRUPTED, { isUnknown: true })));
    request.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/**
 * The error of a response: with the text of the problem (RFC 9457), which is the messages of its issues, else its
 * detail.
 *
 * @param {XMLHttpRequest} request
 * @returns {UploadError}
 */
function errorOf(request) {
  const { response, status } = request;
  const { detail, issues, slot, upload: used } = response ?? {};
  if (used in USED) return new UploadError(USED[used], { needsNewKey: true });
  const reason = issues?.map(({ message }) => `${message}.`).join(" ") ?? detail;
  if (slot !== undefined) return new BusyError(reason, Number(request.getResponseHeader("Retry-After")));
  if (status < 500) return new UploadError(reason ?? `The request failed with status ${status}.`);
  const unknown = `The request failed with status ${status}, so it is unknown whether the file was stored.`;
  return new UploadError(`${reason ?? unknown} ${SAFE}`, { isUnknown: true });
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
