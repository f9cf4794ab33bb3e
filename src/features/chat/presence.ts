/** The users in a room: counts them, lists some, and announces changes at most once a second. */
import type { ChatUser, Frame, UserList } from "./protocol.ts";

/** Maximum number of users that are listed by name. */
export const MAX_LISTED = 50;
/** The shortest time between two announcements. Until it has passed, a pending timer keeps the room awake. */
export const ANNOUNCEMENT_INTERVAL_MS = 1_000;

/** No count of users. */
const UNKNOWN = -1;

export type PresenceFrame = Extract<Frame, { type: "join" | "leave" | "presence" }>;

type UsersById = ReadonlyMap<string, ChatUser>;

/**
 * Lists the users who have been in the room longest. Every client has the same list, which is the one last announced:
 * the welcome contains it, and later frames change it. So a join costs the other clients only a share of the next
 * frame, and no frame names more than `MAX_LISTED` users.
 *
 * The first change is announced at once; later ones wait until the interval has passed. After the room has hibernated,
 * it does not know which list the clients have, so the first frame contains the whole list.
 */
export class Presence {
  /** In order of arrival, each user with the number of open sockets. */
  readonly #users = new Map<string, { readonly user: ChatUser; sockets: number }>();
  readonly #broadcast: (frame: PresenceFrame) => void;
  /** The list that clients have; null if it is unknown. */
  #announced: UsersById | null;
  #announcedCount = 0;
  #hasChanged = false;
  #isWaiting = false;

  /** @param present The users of the sockets that were open before the room hibernated. */
  constructor(present: readonly ChatUser[], broadcast: (frame: PresenceFrame) => void) {
    for (const user of present) this.#count(user);
    this.#announced = this.#users.size === 0 ? new Map() : null;
    this.#broadcast = broadcast;
  }

  /**
   * Returns the list for the welcome of a user, after `join`. The count is exact; the list is the one that the next frame
   * changes. If others have a different count, the next change is announced even if it restores theirs.
   */
  summarize(): UserList {
    if (this.#users.size !== this.#announcedCount) this.#announcedCount = UNKNOWN;
    return { count: this.#users.size, here: [...(this.#announced ?? this.#list()).values()] };
  }

  /** Counts a socket. A user with two sockets is one user. */
  join(user: ChatUser): void {
    if (!this.#users.has(user.id)) this.#hasChanged = true;
    this.#count(user);
  }

  /** Removes a socket that has been counted, and announces the change if it was the user's last. */
  leave({ id }: ChatUser): void {
    const entry = this.#users.get(id);
    if (!entry) return;
    entry.sockets -= 1;
    if (entry.sockets > 0) return;
    this.#users.delete(id);
    this.#hasChanged = true;
    this.announce();
  }

  /** Announces the changes, now or when the interval has passed. */
  announce(): void {
    if (this.#isWaiting || !this.#hasChanged) return;
    this.#hasChanged = false;
    const frame = this.#takeChange();
    if (!frame) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.announce();
    }, ANNOUNCEMENT_INTERVAL_MS);
    this.#broadcast(frame);
  }

  #count(user: ChatUser): void {
    const entry = this.#users.get(user.id);
    if (entry) entry.sockets += 1;
    else this.#users.set(user.id, { user, sockets: 1 });
  }

  #list(): UsersById {
    const listed = [...this.#users.values()].slice(0, MAX_LISTED);
    return new Map(listed.map(({ user }) => [user.id, user]));
  }

  /** @returns The changes since the last announcement; null if there are none. */
  #takeChange(): PresenceFrame | null {
    const [before, now, count] = [this.#announced, this.#list(), this.#users.size];
    const isSameCount = count === this.#announcedCount;
    this.#announced = now;
    this.#announcedCount = count;
    if (!before) return { type: "presence", count, here: [...now.values()] };
    const joined = [...now.values()].filter(({ id }) => !before.has(id));
    const left = [...before.values()].filter(({ id }) => !now.has(id));
    const [changed, ...others] = [...joined, ...left];
    if (!changed && isSameCount) return null;
    if (changed && others.length === 0) return { type: joined.length > 0 ? "join" : "leave", user: changed, count };
    return { type: "presence", count, joined, left: left.map(({ id }) => id) };
  }
}
