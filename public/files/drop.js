/** Takes files that are dropped, wherever on the page. */

/** @param {(file: File, isFolder: boolean) => void} take */
export function whenDropped(take) {
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    showPlace(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) showPlace(false);
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    showPlace(false);
    for (const item of event.dataTransfer.items) takeItem(item, take);
  });
}

/** Text and links can be dragged, too. @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

/** @param {boolean} isOver */
function showPlace(isOver) {
  document.body.classList.toggle("dropping", isOver);
}

/**
 * @param {DataTransferItem} item
 * @param {(file: File, isFolder: boolean) => void} take
 */
function takeItem(item, take) {
  const file = item.getAsFile();
  if (file) take(file, item.webkitGetAsEntry()?.isDirectory ?? false);
}
