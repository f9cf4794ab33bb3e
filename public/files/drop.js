/** Handles files that are dropped anywhere on the page. */

/** @param {(file: File, isFolder: boolean) => void} onFile */
export function onDrop(onFile) {
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
