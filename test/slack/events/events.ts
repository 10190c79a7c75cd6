/** Takes what happens in the workspaces to the app, by HTTP or Socket Mode, with Slack's retries and its giving up. */
import { randomBytes } from "node:crypto";
import type { Milliseconds } from "../../../core/time.ts";
import { Waits } from "../../../deploy/clients/waits.ts";
import type { AppCredentials } from "../app.ts";
import type { SimulatedClock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import type { Told } from "../state/workspace.ts";
import { envelope, type EventBody, subscriptionOf } from "./envelope.ts";
import { EventQuota } from "./event-quota.ts";
import { type Attempt, HttpSender } from "./http-sender.ts";
import { SocketMode } from "./socket-mode.ts";

/** After each failed attempt: how long until the next one. Then Slack gives the event up. */
export const RETRIES: readonly Milliseconds[] = [0, 60_000, 300_000];

export interface EventSettings {
  readonly url: string | null;
  /** Null: all. */
  readonly subscribed: readonly string[] | null;
  readonly anHour: number;
  readonly retries: readonly Milliseconds[];
}

/** What the app answered to a command or a button; null: nothing that counts. */
export type Answered = { readonly payload: unknown } | null;

export class Events {
  readonly sockets: SocketMode;
  /** Ids of events that Slack has given up, in that order. */
  readonly lost: string[] = [];
  /** Events that were acknowledged, by their ids, in that order; one that was sent twice is in it twice. */
  readonly taken: string[] = [];
  /** Attempts that are over, failed ones included. */
  attempts = 0;
  readonly #app: AppCredentials;
  readonly #clock: SimulatedClock;
  readonly #faults: Faults;
  readonly #http: HttpSender;
  readonly #subscribed: ReadonlySet<string> | null;
  readonly #scopes: (team: string) => readonly string[] | null;
  readonly #quota: EventQuota;
  readonly #retries: readonly Milliseconds[];
  readonly #waits = new Waits("the simulator's events");
  /** First attempts leave one after the other in each channel. */
  readonly #lines = new Map<string, Promise<void>>();
  #url: string | null;
  #underWay = 0;
  #stopped = false;

  constructor(
    app: AppCredentials,
    around: {
      readonly clock: SimulatedClock;
      readonly faults: Faults;
      /** The scopes of the app's bot token in a workspace; null: it has none. */
      readonly scopes: (team: string) => readonly string[] | null;
    },
    settings: EventSettings,
  ) {
    this.#app = app;
    this.#clock = around.clock;
    this.#faults = around.faults;
    this.#scopes = around.scopes;
    this.#http = new HttpSender(app.signingSecret, around.clock, around.faults);
    this.sockets = new SocketMode(app.id, around.clock, around.faults);
    this.#subscribed = settings.subscribed === null ? null : new Set(settings.subscribed);
    this.#quota = new EventQuota(settings.anHour, around.clock);
    this.#retries = settings.retries;
    this.#url = settings.url;
  }

  /** Where events go over HTTP; null: Socket Mode. */
  get url(): string | null {
    return this.#url;
  }

  /** Sets the URL as in the app's settings: only one that answers the challenge is taken. */
  async verifyUrl(url: string): Promise<void> {
    const challenge = randomBytes(20).toString("base64url");
    const body = { token: this.#app.verificationToken, challenge, type: "url_verification" };
    const answer = await this.#http.post(url, { type: "application/json", body: JSON.stringify(body) });
    if (typeof answer === "string") throw new Error(`${url} did not answer the challenge: ${answer}`);
    if (answer.status !== 200 || !answer.body.includes(challenge)) {
      throw new Error(`${url} did not answer with the challenge, but ${answer.status}: ${answer.body}`);
    }
    this.#url = url;
  }

  /** Uses the URL from now on without asking it; null: Socket Mode. */
  useUrl(url: string | null): void {
    this.#url = url;
  }

  /** An event happened: the app gets it if it may and wants to. */
  tell(told: Told): void {
    const { workspace, channel } = told;
    const scopes = this.#scopes(workspace.id);
    const { name, scopes: needed } = subscriptionOf(told);
    const isFinal = name === "app_uninstalled" || name === "tokens_revoked";
    if (!isFinal && scopes === null) return;
    if (needed.length > 0 && !needed.some((scope) => scopes?.includes(scope))) return;
    if (this.#subscribed !== null && !this.#subscribed.has(name)) return;
    if (channel !== null && !channel.members.has(workspace.bot.user)) return;
    if (!this.#quota.take(workspace.id)) {
      this.#sayLimited(workspace.id);
      return;
    }
    const event = envelope(this.#app, told);
    const fault = this.#faults.onEvent({ id: event.id, team: event.team, event: event.event }) ?? {};
    const delay = told.afterMs + (fault.afterMs ?? 0);
    for (let copy = 0; copy < (fault.copies ?? 1); copy += 1) {
      this.#underWay += 1;
      const go = (): void => this.#faults.pass(() => this.#inLine(channel?.id ?? workspace.id, event));
      if (delay === 0) go();
      else this.#clock.after(delay, go);
    }
  }

  /** Slack says that it sends no more events of this workspace for the minute. Those that happen meanwhile are lost. */
  limit(team: string): void {
    this.#quota.exhaust(team);
    this.#sayLimited(team);
  }

  /** Sends a command or a press of a button, once: Slack repeats neither. */
  async ask(
    type: "slash_commands" | "interactive",
    payload: Readonly<Record<string, unknown>>,
  ): Promise<Answered> {
    if (this.#url === null) {
      const answer = await this.sockets.send(type, payload);
      return answer === "timeout" ? null : answer;
    }
    const fields = type === "interactive" ? { payload: JSON.stringify(payload) } : payload;
    const body = new URLSearchParams(
      Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const answer = await this.#http.post(this.#url, { type: "application/x-www-form-urlencoded", body });
    if (typeof answer === "string" || answer.status !== 200) return null;
    return { payload: readPayload(answer.body) };
  }

  /** Resolves when every event is acknowledged or given up. With a standing clock retries wait for it to be moved. */
  async settled(withinMs: Milliseconds = 30_000): Promise<void> {
    await this.#waits.until("the events to be taken", () => this.#underWay === 0, withinMs);
  }

  /** Resolves when so many attempts are over since the start. */
  async attempted(count: number, withinMs: Milliseconds = 30_000): Promise<void> {
    await this.#waits.until(`${count} attempts`, () => this.attempts >= count, withinMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#http.stop();
    this.sockets.drop();
    this.#waits.fail(new Error("the simulator has stopped"));
  }

  #inLine(line: string, event: EventBody): void {
    const before = this.#lines.get(line) ?? Promise.resolve();
    const mine = before.then(async () => this.#attempt(event, { retry: 0, reason: null }));
    this.#lines.set(line, mine);
    void mine.then(() => {
      if (this.#lines.get(line) === mine) this.#lines.delete(line);
    });
  }

  async #attempt(event: EventBody, attempt: Attempt): Promise<void> {
    if (this.#stopped) return;
    const failure = await this.#send(event, attempt);
    if (this.#stopped) return;
    this.attempts += 1;
    const wait = failure === "never again" ? undefined : this.#retries[attempt.retry];
    if (failure === null) this.#end(event, this.taken);
    else if (failure === "never again" || wait === undefined) this.#end(event, this.lost);
    else {
      const again = (): void => void this.#attempt(event, { retry: attempt.retry + 1, reason: failure });
      if (wait === 0) again();
      else this.#clock.after(wait, again);
    }
    this.#waits.check();
  }

  async #send(event: EventBody, attempt: Attempt): Promise<Attempt["reason"] | "never again"> {
    if (this.#url === null) {
      return (await this.sockets.send("events_api", event.body, attempt)) === "timeout" ? "timeout" : null;
    }
    const body = JSON.stringify(event.body);
    const answer = await this.#http.post(this.#url, { type: "application/json", body }, attempt);
    if (typeof answer === "string") return answer;
    if (answer.status >= 200 && answer.status < 300) return null;
    return answer.noRetry ? "never again" : "http_error";
  }

  #end(event: EventBody, list: string[]): void {
    list.push(event.id);
    this.#underWay -= 1;
  }

  #sayLimited(team: string): void {
    const minute = this.#quota.announce(team);
    if (minute === null) return;
    const body = {
      token: this.#app.verificationToken,
      type: "app_rate_limited",
      team_id: team,
      minute_rate_limited: minute,
      api_app_id: this.#app.id,
    };
    this.#underWay += 1;
    const event = { id: `limited-${team}-${minute}`, team, event: {}, body };
    this.#faults.pass(() => this.#inLine(team, event));
  }
}

/** What an app answers to a command: nothing, JSON, or plain text. */
function readPayload(body: string): unknown {
  if (body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    return { text: body };
  }
}
