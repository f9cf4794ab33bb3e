/** Uploads files that are chosen or dropped, several at once, and shows each upload in a row. */
import { sizeOf } from "../page/size.js";
import { deleteInPlace, showFile } from "./file-list.js";
import { createKey, limitConcurrency, toUploadError, UploadError, upload } from "./upload.js";
import { UploadRow } from "./upload-row.js";

/** Maximum concurrent uploads: the server refuses more from one user. */
const MAX_CONCURRENT_UPLOADS = 2;

const form = document.querySelector("#upload");
const input = document.querySelector("#upload-file");
const enqueue = limitConcurrency(MAX_CONCURRENT_UPLOADS);

/** The rows of uploads that are waiting or in progress. @type {Set<UploadRow>} */
const running = new Set();

/**
 * @param {File} file
 * @param {boolean} [isFolder] Browsers present folders as files that cannot be read.
 */
function add(file, isFolder = false) {
  let abort = new AbortController();
  let key = createKey();
  const row = new UploadRow(file, () => {
    if (running.delete(row)) say(`The upload of “${file.name}” was cancelled.`);
    abort.abort();
    row.remove();
  });
  const start = () => {
    abort = new AbortController();
    send(file, row, { key, signal: abort.signal }, retry);
  };
  const retry = (/** @type {UploadError} */ { needsNewKey }) => {
    if (needsNewKey) key = createKey();
    start();
  };
  const reason = isFolder ? "Folders cannot be uploaded. Drop the files in it instead." : sizeError(file);
  if (reason) refuse(row, file, new UploadError(reason));
  else start();
}

/** Checks the size before anything is sent. @param {File} file */
function sizeError({ size }) {
  const max = Number(form.dataset.maxBytes);
  return size > max ? `A file must not exceed ${sizeOf(max)}. This one is ${sizeOf(size)}.` : "";
}

/**
 * @param {File} file
 * @param {UploadRow} row
 * @param {{ key: string, signal: AbortSignal }} attempt
 * @param {(error: UploadError) => void} retry
 */
async function send(file, row, attempt, retry) {
  const options = {
    ...attempt,
    onProgress: (sentBytes) => row.progress(sentBytes),
    onSent: () => row.store(),
    onWait: () => row.wait(),
  };
  running.add(row);
  row.wait();
  let id;
  try {
    id = await enqueue(() => upload(file, options));
  } catch (error) {
    if (!attempt.signal.aborted) refuse(row, file, toUploadError(error), retry);
    return;
  } finally {
    running.delete(row);
  }
  await finish(file, row, id);
}

/**
 * The upload is stored, whether or not the list can show it.
 *
 * @param {File} file
 * @param {UploadRow} row
 * @param {string | undefined} id
 */
async function finish(file, row, id) {
  row.finish("Uploaded");
  say(`“${file.name}” was uploaded.`);
  if (await showFile(id)) row.remove();
  else row.finish("Uploaded. Reload the page to see it in the list.");
}

/**
 * @param {UploadRow} row
 * @param {File} file
 * @param {UploadError} error
 * @param {(error: UploadError) => void} [retry] Absent if a retry would fail again.
 */
function refuse(row, file, error, retry) {
  row.fail(error.message, retry && (() => retry(error)));
  say(`“${file.name}” ${error.isUnknown ? "may not have been" : "was not"} uploaded. ${error.message}`);
}

/**
 * Announces to screen readers. Each message is a line, so that none is lost if several come at once. @param {string}
 * text
 */
function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  document.querySelector("#upload-log").append(line);
}

/** Handles files that are dropped anywhere on the page. @param {(file: File, isFolder: boolean) => void} onFile */
function onDrop(onFile) {
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    showDropTarget(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) showDropTarget(false);
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showDropTarget(false);
    for (const item of event.dataTransfer.items) readItem(item, onFile);
  });
}

/** Text and links can be dragged as well. @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

/** @param {boolean} isOver */
function showDropTarget(isOver) {
  document.body.classList.toggle("dropping", isOver);
}

/**
 * @param {DataTransferItem} item
 * @param {(file: File, isFolder: boolean) => void} onFile
 */
function readItem(item, onFile) {
  const file = item.getAsFile();
  if (file) onFile(file, item.webkitGetAsEntry()?.isDirectory ?? false);
}

function sendChosen() {
  for (const file of input.files) add(file);
  form.reset();
  form.classList.add("is-scripted");
}

input.addEventListener("change", sendChosen);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  sendChosen();
});
// Files that were chosen before this script ran are shown until the user sends them.
form.classList.toggle("is-scripted", input.files.length === 0);

onDrop(add);
deleteInPlace();

// Leaving the page would cancel uploads in progress.
window.addEventListener("beforeunload", (event) => {
  if (running.size > 0) event.preventDefault();
});
