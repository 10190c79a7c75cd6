/** Serves the checker's own groups, as their owner: codes, logs, snapshots. */
import { z } from "zod";
import type { Milliseconds } from "../time.ts";
import { makeCode } from "../federation/wire/code-text.ts";
import { type Asked, type House, problemReply, type Reply } from "./house.ts";
import type { Identity } from "./identity.ts";
import { OwnGroup, type ServedEvent } from "./own-group.ts";

const redeemForm = z.object({ code: z.string(), base: z.string(), endpoint: z.string(), public: z.string() });
const syncForm = z.object({
  subscriptions: z.array(z.object({ group: z.string(), after: z.string().optional() })),
  wait: z.int().min(0).max(25).optional(),
});
const FIRST_ROLE = 2;
/** How often a held request looks for something new. */
const LOOK_EVERY: Milliseconds = 100;

export class OwnHost {
  readonly #me: Identity;
  readonly #house: House;
  /** Grows when what is held is let go. */
  #released = 0;
  readonly #groups = new Map<string, OwnGroup>();
  /** By the secret of the code. */
  readonly #bySecret = new Map<string, OwnGroup>();
  /** Stands in every answer to `sync` under a name that nobody knows. */
  filler = "";
  /** How many requests are answered at once and empty. */
  hasty = 0;

  constructor(me: Identity, house: House) {
    this.#me = me;
    house.on("POST", "/redeem", (asked) => this.#redeem(asked));
    house.on("POST", "/sync", (asked) => this.#sync(asked));
    house.on("GET", "/connections", () => ({ status: 200, body: { connections: this.#connections() } }));
    for (const path of ["/hint", "/invitations"]) house.on("POST", path, () => ({ status: 202, body: {} }));
    this.#house = house;
  }

  /** Answers what is held at this moment, with nothing. */
  release(): void {
    this.#released += 1;
  }

  /** A new group and the code that opens it. */
  open(id: string): { readonly group: OwnGroup; readonly code: string } {
    const group = new OwnGroup(this.#me, id);
    const { text } = makeCode(this.#me.base, this.#me.signer.kid);
    this.#groups.set(group.uri, group);
    this.#bySecret.set(text.split(":").at(-1) ?? "", group);
    const path = `/groups/${this.#me.base}/${id}`;
    this.#house.on("GET", path, () => ({ status: 200, body: group.snapshot() }));
    this.#house.on("GET", `${path}/members`, () => ({ status: 200, body: group.members() }));
    this.#house.on("GET", `${path}/events`, (asked) => this.#poll(group, asked));
    return { group, code: text };
  }

  #redeem({ value, headers }: Asked): Reply {
    const read = redeemForm.safeParse(value);
    if (!read.success) return problemReply("malformed");
    const group = this.#bySecret.get(read.data.code);
    const provider = String(headers["mtp-as"]);
    if (group === undefined || (group.guest !== null && group.guest !== provider))
      return problemReply("not_found");
    if (group.guest === null) {
      group.guest = provider;
      group.join(`mimi://${provider}`);
      group.join(group.author);
    }
    return { status: 200, body: this.#connectionOf(group) };
  }

  #connectionOf(group: OwnGroup): ServedEvent {
    const place = { cursor: group.cursorOf(0), seq: 0, rev: 1 };
    return {
      connection: group.id,
      scope: "group",
      state: "active",
      group: group.uri,
      role: FIRST_ROLE,
      ...place,
    };
  }

  #connections(): readonly ServedEvent[] {
    return [...this.#groups.values()].flatMap((group) =>
      group.guest === null
        ? []
        : [{ ...this.#connectionOf(group), provider: group.guest, created: Date.now() }],
    );
  }

  async #sync(asked: Asked): Promise<Reply> {
    const read = syncForm.safeParse(asked.value);
    if (!read.success) return problemReply("malformed");
    const { subscriptions, wait = 0 } = read.data;
    const known = subscriptions.flatMap(({ group: uri, after }) => {
      const group = this.#groups.get(uri);
      return group === undefined ? [] : [{ group, after }];
    });
    const here = known.map(({ group, after }) => ({ uri: group.uri, after, group }));
    for (const { group, after } of here) group.note(after);
    const hasty = this.hasty > 0;
    if (hasty) this.hasty -= 1;
    else await this.#hold(asked, wait, () => here.some(({ group, after }) => group.hasMore(after)));
    const groups: ServedEvent[] = [];
    const problems: ServedEvent[] = subscriptions.flatMap(({ group }) =>
      this.#groups.has(group) ? [] : [{ group, code: "not_found" }],
    );
    for (const { uri, after, group } of hasty ? [] : here) {
      const served = group.read(after);
      if ("code" in served) problems.push({ group: uri, code: served.code });
      else if (group.hasMore(after)) groups.push({ group: uri, ...served.page });
    }
    return {
      status: 200,
      body: { groups, problems, ...(this.filler === "" ? {} : { x_filler: this.filler }) },
    };
  }

  async #poll(group: OwnGroup, asked: Asked): Promise<Reply> {
    const query = new URLSearchParams(asked.target.split("?")[1] ?? "");
    const after = query.get("after") ?? undefined;
    group.note(after);
    const hasty = this.hasty > 0;
    if (hasty) this.hasty -= 1;
    else await this.#hold(asked, Number(query.get("wait") ?? 0), () => group.hasMore(after));
    const served = group.read(after);
    if (!("code" in served)) return { status: 200, body: served.page };
    return problemReply(served.code === "cursor_gone" ? "cursor_gone" : "cursor_malformed");
  }

  /** Until there is something, or the time is over. Few requests are held here, so that looking now and then will do. */
  async #hold({ gone }: Asked, seconds: number, isReady: () => boolean): Promise<void> {
    const end = Date.now() + seconds * 1_000;
    const released = this.#released;
    while (!isReady() && released === this.#released && Date.now() < end && !gone.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, LOOK_EVERY);
      await promise;
    }
  }
}
