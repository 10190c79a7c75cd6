/** The users that stand for remote people at the homeserver: made when they are first needed, called as those are called. */
import { z } from "zod";
import type { Speaker } from "../../core/bridge/outbound.ts";
import type { Logger } from "../../core/log.ts";
import { cutText } from "../../mappings/matrix/draft.ts";
import { shownName } from "../../mappings/matrix/names.ts";
import { type MatrixApi, path } from "./api.ts";
import type { OwnUsers } from "./names.ts";
import { isMissing, refusalOf, statusOf } from "./refusal.ts";

/** Sends are made as of a device: only then does the homeserver remember their transaction ids on its disk. */
const DEVICE = "MIMIGATEWAY";
/** Octets of JSON. */
const LONGEST_NAME = 250;

const profileForm = z.object({ displayname: z.string().nullish().catch(null) });

/** Somebody of the gateway's at the homeserver. */
export interface OwnUser {
  readonly id: string;
  /** Undefined: the homeserver makes no devices for him, so that it forgets his transaction ids when it is restarted. */
  readonly device: string | undefined;
}

export interface GhostsOptions {
  readonly api: Pick<MatrixApi, "call">;
  readonly own: OwnUsers;
  readonly log: Logger;
}

export class Ghosts {
  readonly #options: GhostsOptions;
  /** By id, whoever is there or being made. */
  readonly #made = new Map<string, Promise<OwnUser>>();
  /** By id, what each was last called. */
  readonly #names = new Map<string, string>();

  constructor(options: GhostsOptions) {
    this.#options = options;
  }

  /** The gateway's own user. Rejects with the library's errors. */
  bot(): Promise<OwnUser> {
    return this.#user(this.#options.own.bot);
  }

  /** A user who stands for nobody and is in no room. Rejects with the library's errors. */
  watcher(): Promise<OwnUser> {
    return this.#user(this.#options.own.watcher);
  }

  /** Who stands for the speaker, called as he is called now. Rejects with the library's errors. */
  async of(speaker: Speaker): Promise<OwnUser> {
    const id = this.#options.own.ghostOf(speaker.uri);
    const ghost = await this.#user(id);
    await this.#call(id, cutText(shownName(speaker.name, speaker.uri), LONGEST_NAME));
    return ghost;
  }

  #user(id: string): Promise<OwnUser> {
    const known = this.#made.get(id);
    if (known) return known;
    const made = this.#make(id);
    this.#made.set(id, made);
    // It is tried again by whoever needs him next.
    made.catch(() => this.#made.delete(id));
    return made;
  }

  async #make(id: string): Promise<OwnUser> {
    const { api } = this.#options;
    const username = id.slice(1, id.indexOf(":"));
    const body = { type: "m.login.application_service", username, inhibit_login: true };
    try {
      await api.call({ method: "POST", path: "/register", body });
    } catch (thrown) {
      if (refusalOf(thrown) !== "M_USER_IN_USE") throw thrown;
    }
    return { id, device: await this.#device(id) };
  }

  /** Made without a login, as application services may (Matrix 1.17, MSC4190). */
  async #device(as: string): Promise<string | undefined> {
    const { api, log } = this.#options;
    try {
      const body = { display_name: "mimi-gateway" };
      await api.call({ method: "PUT", path: path("devices", DEVICE), as, body });
      return DEVICE;
    } catch (thrown) {
      const status = statusOf(thrown);
      if (status === null || status >= 500 || status === 429) throw thrown;
      log.warn(
        { user: as, err: thrown },
        "the homeserver makes no device; what it took is looked for in the room",
      );
      return undefined;
    }
  }

  async #call(id: string, name: string): Promise<void> {
    if (this.#names.get(id) === name) return;
    const { api } = this.#options;
    if ((await this.#nameOf(id)) !== name)
      await api.call({
        method: "PUT",
        path: path("profile", id, "displayname"),
        as: id,
        body: { displayname: name },
      });
    this.#names.set(id, name);
  }

  async #nameOf(id: string): Promise<string> {
    try {
      const answer = await this.#options.api.call({
        method: "GET",
        path: path("profile", id, "displayname"),
      });
      return profileForm.safeParse(answer).data?.displayname ?? "";
    } catch (thrown) {
      if (isMissing(thrown)) return "";
      throw thrown;
    }
  }
}
