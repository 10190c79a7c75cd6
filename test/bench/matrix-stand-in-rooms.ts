/**
 * What the stand-in for a homeserver answers (client-server API). It knows no room by itself: whichever is named is there,
 * open to all, with the application service's own user as its admin; it checks nothing, and keeps no history.
 */
import { PERSON_TOKEN } from "./matrix-stand-in-sync.ts";

/** Status and JSON of an answer. */
export type Answered = readonly [status: number, json: string];

export interface Asked {
  readonly method: string;
  /** Of the path below /_matrix/client/VERSION, unescaped. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

const LOGGED_IN: Answered = [200, `{"access_token":"${PERSON_TOKEN}"}`];
const OK: Answered = [200, "{}"];
const MISSING: Answered = [404, `{"errcode":"M_NOT_FOUND","error":"there is none"}`];
const IN_USE: Answered = [400, `{"errcode":"M_USER_IN_USE","error":"he is there already"}`];
const UNKNOWN: Answered = [404, `{"errcode":"M_UNRECOGNIZED","error":"the stand-in has no such thing"}`];
/** Octets of ids, as homeservers make them. */
const ID_LENGTH = 43;

export interface StandInOptions {
  readonly serverName: string;
  /** Id of the application service's own user. */
  readonly bot: string;
  /** An event (JSON) has happened in a room. */
  readonly happened: (event: string) => void;
  /** Somebody has sent a message with this content (JSON). */
  readonly sent: (room: string, content: string) => void;
}

export class StandInRooms {
  readonly #options: StandInOptions;
  readonly #users = new Set<string>();
  readonly #names = new Map<string, string>();
  /** `ROOM USER` of ghosts who are in. */
  readonly #joined = new Set<string>();
  /** Event ids by transaction id: the same answer for the same call. */
  readonly #sent = new Map<string, string>();
  readonly #state: Readonly<Record<string, object>>;
  #events = 0;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#state = {
      "m.room.create": { room_version: "11" },
      "m.room.power_levels": { users: { [options.bot]: 100 } },
      "m.room.join_rules": { join_rule: "public" },
    };
  }

  answer({ method, parts, query, body }: Asked): Answered {
    const [what = "", name = "", ...rest] = parts;
    const as = query.get("user_id") ?? this.#options.bot;
    switch (what) {
      case "rooms":
        return this.#inRoom(method, name, rest, as, query, body);
      case "login":
        return LOGGED_IN;
      case "register":
        return this.#register(body);
      case "profile":
        return this.#profile(method, name, rest[0] ?? "", body);
      case "account":
        return [200, JSON.stringify({ user_id: as })];
      case "user":
        return method === "GET" ? MISSING : OK;
      case "joined_rooms":
        return [200, `{"joined_rooms":[]}`];
      case "sync":
        return [200, `{"next_batch":"s"}`];
      case "config":
        return [200, `{"m.upload.size":67108864}`];
      case "devices":
      case "appservice":
        return OK;
      default:
        return UNKNOWN;
    }
  }

  /** The JSON of an event that somebody has sent. */
  event(room: string, sender: string, type: string, content: string, state?: string): string {
    this.#events += 1;
    const id = `$${String(this.#events).padStart(ID_LENGTH, "0")}`;
    const key = state === undefined ? "" : `"state_key":${JSON.stringify(state)},`;
    return (
      `{"type":"${type}","room_id":"${room}","sender":"${sender}","event_id":"${id}",${key}` +
      `"origin_server_ts":${Date.now()},"content":${content},"unsigned":{"age":7}}`
    );
  }

  #inRoom(
    method: string,
    room: string,
    [what = "", type = "", last = ""]: readonly string[],
    as: string,
    query: URLSearchParams,
    body: string,
  ): Answered {
    switch (what) {
      case "send":
        return this.#send(room, as, type, last, body);
      case "redact":
        return [200, `{"event_id":"$redaction"}`];
      case "state":
        return method === "GET" ? this.#stateOf(room, type, last, query) : [200, `{"event_id":"$state"}`];
      case "join":
        this.#member(room, as, as);
        return [200, JSON.stringify({ room_id: room })];
      case "messages":
        return [200, `{"start":"s","chunk":[]}`];
      case "context":
        return [200, `{"start":"s","end":"e"}`];
      case "invite":
      case "typing":
      case "receipt":
        return OK;
      default:
        return UNKNOWN;
    }
  }

  #send(room: string, as: string, type: string, transaction: string, body: string): Answered {
    const known = this.#sent.get(transaction);
    if (known !== undefined) return [200, known];
    const event = this.event(room, as, type, body);
    const answer = `{"event_id":"$${String(this.#events).padStart(ID_LENGTH, "0")}"}`;
    this.#sent.set(transaction, answer);
    this.#options.happened(event);
    this.#options.sent(room, body);
    return [200, answer];
  }

  #stateOf(room: string, type: string, key: string, query: URLSearchParams): Answered {
    if (type === "m.room.member") return this.#memberOf(room, key);
    const content = this.#state[type];
    if (content === undefined) return MISSING;
    const whole = { type, content, sender: this.#options.bot, state_key: "", event_id: "$state" };
    return [200, JSON.stringify(query.get("format") === "event" ? whole : content)];
  }

  /** The application service's own user is in every room, and so is everybody who is no ghost. */
  #memberOf(room: string, user: string): Answered {
    const isGhost = this.#users.has(user) && user !== this.#options.bot;
    if (isGhost && !this.#joined.has(`${room} ${user}`)) return MISSING;
    const displayname = this.#names.get(user) ?? user.slice(1, user.indexOf(":"));
    return [200, JSON.stringify({ membership: "join", displayname })];
  }

  #member(room: string, sender: string, user: string): void {
    this.#joined.add(`${room} ${user}`);
    const content = JSON.stringify({ membership: "join", displayname: this.#names.get(user) ?? "" });
    this.#options.happened(this.event(room, sender, "m.room.member", content, user));
  }

  #register(body: string): Answered {
    const name = /"username":"([^"]+)"/.exec(body)?.[1] ?? "";
    const id = `@${name}:${this.#options.serverName}`;
    if (this.#users.has(id)) return IN_USE;
    this.#users.add(id);
    return [200, JSON.stringify({ user_id: id })];
  }

  #profile(method: string, user: string, field: string, body: string): Answered {
    if (field !== "displayname") return method === "GET" ? MISSING : OK;
    if (method === "PUT") {
      this.#names.set(user, /"displayname":"([^"]*)"/.exec(body)?.[1] ?? "");
      return OK;
    }
    const displayname = this.#names.get(user);
    return displayname === undefined ? MISSING : [200, JSON.stringify({ displayname })];
  }
}
