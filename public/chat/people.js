/** The menu of the users in the room. The room names only some of them. */
import { avatar } from "./message-list.js";

/** @param {HTMLElement} place Has the HTML of the menu in an attribute. */
export function createPeople(place) {
  /** Names by id. @type {Map<string, string>} */
  const here = new Map();

  function show(count) {
    if (!place.firstElementChild) place.innerHTML = place.dataset.menu;
    const button = place.querySelector("button");
    button.lastChild.textContent = count.toLocaleString("en");
    button.setAttribute("aria-label", `People in this room: ${count.toLocaleString("en")}`);
    const names = [...here.values()].sort((a, b) => a.localeCompare(b)).slice(0, count);
    const items = names.map(person);
    if (count > names.length) items.push(row(`and ${(count - names.length).toLocaleString("en")} more`));
    place.querySelector("ul").replaceChildren(...items);
  }

  function listUsers(users) {
    here.clear();
    for (const { id, name } of users) here.set(id, name);
  }

  return {
    welcome({ you, count, here: users }) {
      listUsers(users);
      here.set(you.id, you.name);
      show(count);
    },
    join({ user, count }) {
      here.set(user.id, user.name);
      show(count);
    },
    leave({ user, count }) {
      here.delete(user.id);
      show(count);
    },
    presence({ count, here: users, joined = [], left = [] }) {
      if (users) listUsers(users);
      for (const id of left) here.delete(id);
      for (const { id, name } of joined) here.set(id, name);
      show(count);
    },
  };
}

function person(name) {
  const text = document.createElement("bdi");
  text.className = "one-line";
  text.textContent = name;
  return row(avatar(name), text);
}

function row(...content) {
  const item = document.createElement("li");
  item.append(...content);
  return item;
}
