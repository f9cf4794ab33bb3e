/** The list of files: shows a new file, and deletes one without leaving the page. */
import { usageText } from "./usage.js";

/**
 * Fetches the list item of a file and adds it to the list.
 *
 * @param {string | undefined} id
 * @returns {Promise<boolean>} Whether the list shows the file.
 */
export async function showFile(id) {
  if (id === undefined) return false;
  try {
    const response = await fetch(`/files/${id}/row`);
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    // After the session has ended, the response is the sign-in page.
    const item = template.content.querySelector(`li#file-${id}`);
    if (!item) return false;
    const shown = document.getElementById(item.id);
    if (shown) shown.replaceWith(item);
    else {
      document.querySelector("#files").prepend(item);
      countFile(1, Number(item.dataset.size));
    }
    return true;
  } catch {
    return false;
  }
}

/** Deletes files by the API when their forms are submitted. */
export function deleteInPlace() {
  document.querySelector("#files").addEventListener("submit", (event) => {
    event.preventDefault();
    deleteFile(event.target);
  });
}

/** @param {HTMLFormElement} form The form in the item of the file. */
async function deleteFile(form) {
  if (form.classList.contains("pending")) return;
  const item = form.closest("li");
  const name = item.querySelector(".name").textContent;
  form.classList.add("pending");
  const failure = await requestDeletion(item.id.replace("file-", ""), name);
  form.classList.remove("pending");
  if (failure !== undefined) return toast("failed", failure);
  remove(item);
  document.dispatchEvent(new CustomEvent("toasts:end", { detail: { cause: "" } }));
  toast("done", `“${name}” was deleted.`);
}

/** Removes an item, and moves the focus from it to its neighbour. @param {HTMLLIElement} item */
function remove(item) {
  const hadFocus = item.contains(document.activeElement);
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  countFile(-1, -Number(item.dataset.size));
  if (hadFocus) (neighbour?.querySelector(".name") ?? document.querySelector("#upload-file")).focus();
}

/**
 * @param {string} id
 * @param {string} name
 * @returns {Promise<string | undefined>} The reason why the file may not have been deleted.
 */
async function requestDeletion(id, name) {
  const unknown = `so it is unknown whether “${name}” was deleted. Deleting it again is safe.`;
  let response;
  try {
    response = await fetch(`/api/files/${id}`, { method: "DELETE" });
  } catch {
    return `No response arrived, ${unknown}`;
  }
  // Another tab, or an attempt whose response was lost, has deleted it.
  if (response.ok || response.status === 404) return undefined;
  if (response.status >= 500) return `The request failed with status ${response.status}, ${unknown}`;
  const { detail } = await response.json().catch(() => ({}));
  return `“${name}” was not deleted. ${detail ?? `The request failed with status ${response.status}.`}`;
}

/** @param {"done" | "failed"} kind @param {string} text */
function toast(kind, text) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { kind, text } }));
}

/** Keeps the number of files and their size up to date. @param {number} files @param {number} bytes */
function countFile(files, bytes) {
  const line = document.querySelector("#files-usage");
  const count = Number(line.dataset.files) + files;
  const size = Number(line.dataset.bytes) + bytes;
  Object.assign(line.dataset, { files: count, bytes: size });
  line.textContent = usageText(count, size);
}
