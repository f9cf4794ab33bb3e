/** Uploads what is chosen or dropped, several at once, each in a row of its own. */
import { whenDropped } from "./drop.js";
import { sizeOf } from "./size.js";
import { createTurns } from "./turns.js";
import { upload } from "./upload.js";
import { UploadRow } from "./upload-row.js";

const AT_ONCE = 3;

const form = document.querySelector("#upload");
const input = document.querySelector("#upload-file");
const inTurn = createTurns(AT_ONCE);

/** The rows whose files are waiting or under way. @type {Set<UploadRow>} */
const running = new Set();

/**
 * @param {File} file
 * @param {boolean} [isFolder] Browsers give folders as files that can't be read.
 */
function add(file, isFolder = false) {
  let abort = new AbortController();
  const row = new UploadRow(file, () => {
    if (running.delete(row)) say(`The upload of “${file.name}” is cancelled.`);
    abort.abort();
    row.remove();
  });
  const start = () => {
    abort = new AbortController();
    send(file, row, abort.signal, start);
  };
  const reason = isFolder ? "This is a folder: drop the files in it." : sizeError(file);
  if (reason) refuse(row, file, reason);
  else start();
}

/** What the server would say, before anything is sent. @param {File} file */
function sizeError({ size }) {
  const most = Number(form.dataset.maxBytes);
  return size > most ? `A file may have ${sizeOf(most)}: this one has ${sizeOf(size)}.` : "";
}

/**
 * @param {File} file
 * @param {UploadRow} row
 * @param {AbortSignal} signal
 * @param {() => void} again
 */
async function send(file, row, signal, again) {
  running.add(row);
  row.wait();
  try {
    const options = { signal, onProgress: (sentBytes) => row.progress(sentBytes), onSent: () => row.store() };
    const { id } = await inTurn(() => upload(file, options));
    await showFile(id, row.element);
    row.remove();
    say(`“${file.name}” is uploaded.`);
  } catch (error) {
    if (!signal.aborted) refuse(row, file, error.message, again);
  } finally {
    running.delete(row);
  }
}

/**
 * Puts the file into the list, as the server shows it.
 *
 * @param {string} id
 * @param {Element} source Of each its own: HTMX drops requests where others of the same element are under way.
 */
async function showFile(id, source) {
  const swap = { source, target: "#files", swap: "afterbegin" };
  // It is uploaded, whether or not it can be shown: `messages.js` tells.
  await window.htmx.ajax("GET", `/files/${id}/row`, swap).catch(() => {});
}

/**
 * @param {UploadRow} row
 * @param {File} file
 * @param {string} reason
 * @param {(() => void)} [again]
 */
function refuse(row, file, reason, again) {
  row.fail(reason, again);
  say(`“${file.name}” is not uploaded. ${reason}`);
}

/** To who listens instead of looking: a line each, so that none is lost where several end at once. @param {string} text */
function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  document.querySelector("#upload-log").append(line);
}

input.addEventListener("change", () => {
  for (const file of input.files) add(file);
  form.reset();
});

// There is nothing left to be sent with it.
form.addEventListener("submit", (event) => event.preventDefault());

whenDropped(add);

// What is under way would be lost.
window.addEventListener("beforeunload", (event) => {
  if (running.size > 0) event.preventDefault();
});
