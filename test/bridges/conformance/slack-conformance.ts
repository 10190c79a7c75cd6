import { SlackAccount } from "../../../bridges/slack/account.ts";
import { slackConfig, slackConfigSchema } from "../../../bridges/slack/config.ts";
import { EVENTS_PATH } from "../../../bridges/slack/events-route.ts";
import type { Pace } from "../../../bridges/slack/limits.ts";
import type { BridgeFactory } from "../../../core/accounts/create-hosts.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import type { SlackSimulator } from "../../slack/simulator.ts";
import type { WorkspaceSide } from "../../slack/workspace-side.ts";
import { startHarness } from "../../support/harness.ts";
import type { ConformancePlatform } from "./conformance-platform.ts";

const people: Readonly<Record<string, string>> = { anna: "U0ANNA", ben: "U0BEN" };
/** The suite says more in a second than Slack takes in a minute; the simulator does not mind. */
const unhurried: Pace = { take: () => 0, refused: () => undefined };

/** What an account on this simulator says in the configuration; `port`: where it takes events by HTTP, null: Socket Mode. */
export const slackAccount = (simulator: SlackSimulator, port: number | null) => ({
  name: "slack",
  bridge: "slack" as const,
  ...slackConfigSchema.parse({
    token: simulator.workspace().botToken,
    api: simulator.apiUrl,
    // The simulator shows at once what it has taken.
    settle: "2s",
    ...(port === null
      ? { app_token: simulator.app.appToken }
      : { signing_secret: simulator.app.signingSecret, listen: String(port) }),
  }),
});

/** A bridge that does not wait between its calls. */
export const unhurriedSlack: BridgeFactory<ReturnType<typeof slackAccount>> = (account, { log, media }) =>
  new SlackAccount(slackConfig(account), log, media, unhurried);

/** The simulator as the conformance suite sees it. */
export class SlackConformance implements ConformancePlatform {
  readonly account = "slack";
  readonly keeps = true;
  readonly #simulator: SlackSimulator;
  readonly #port: number | null;
  readonly #prefix: string;
  readonly #refusing = new Set<string>();
  /** Channels have no capitals or spaces in their names; by the name that they have, the one that was meant. */
  readonly #meant = new Map<string, string>();
  #rooms = 0;

  /** `prefix`: begins the names of its channels. `port`: where events are taken by HTTP; null: Socket Mode. */
  constructor(simulator: SlackSimulator, prefix: string, port: number | null) {
    this.#simulator = simulator;
    this.#port = port;
    if (port !== null) simulator.events.useUrl(`http://127.0.0.1:${port}${EVENTS_PATH}`);
    this.#prefix = prefix;
    for (const [name, id] of Object.entries(people)) this.#workspace.people.addUser({ id, name });
    simulator.faults.onCall = ({ method, arguments: args }) =>
      method === "chat.postMessage" &&
      args["username"] !== undefined &&
      this.#refusing.has(String(args["channel"]))
        ? { kind: "refuse", error: "restricted_action" }
        : null;
  }

  room(): Promise<string> {
    const number = ++this.#rooms;
    const id = `C${this.#prefix.toUpperCase()}${number}`;
    const name = `${this.#prefix}-${number}`;
    // Slack lets the app rename what it has made.
    const members = [this.#workspace.botUser, ...Object.values(people)];
    this.#workspace.people.addChannel({ id, name, members, bot: true });
    return Promise.resolve(id);
  }

  say(room: string, user: string, text: string): Promise<void> {
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    this.#workspace.people.post(room, idOf(user), escaped);
    return Promise.resolve();
  }

  setName(room: string, name: string): Promise<void> {
    const slug = name.toLowerCase().replaceAll(" ", "-");
    this.#meant.set(slug, name);
    this.#workspace.people.rename(room, idOf("anna"), slug);
    return Promise.resolve();
  }

  setTopic(room: string, topic: string): Promise<void> {
    this.#workspace.people.topic(room, idOf("anna"), topic);
    return Promise.resolve();
  }

  state(room: string) {
    const { name, topic } = this.#workspace.channel(room);
    // A second channel of the name got a number behind it.
    return Promise.resolve({ name: this.#meant.get(name.replace(/-2$/, "")) ?? name, topic });
  }

  texts(room: string): Promise<readonly string[]> {
    const said = this.#workspace
      .messages(room)
      .filter((message) => !isSystem(message) && !this.#isOurs(message));
    return Promise.resolve(said.map(({ text }) => unescaped(text)));
  }

  told(room: string, user: string): Promise<readonly string[]> {
    const { ephemerals } = this.#workspace;
    const lines = [
      ...this.#workspace.messages(room).filter((message) => this.#isOurs(message)),
      ...ephemerals.filter((line) => line.channel === room && line.user === idOf(user)),
    ];
    return Promise.resolve(lines.map(({ text }) => unescaped(text)));
  }

  /** Nobody of elsewhere is in a channel. */
  standIns(): Promise<number> {
    return Promise.resolve(0);
  }

  refuse(room: string, refuses: boolean): Promise<void> {
    if (refuses) this.#refusing.add(room);
    else this.#refusing.delete(room);
    return Promise.resolve();
  }

  cut(): Promise<void> {
    this.#simulator.events.sockets.drop();
    return Promise.resolve();
  }

  createBridge() {
    const log = createLogger({ level: "error", bodies: false });
    const media = { maxBytes: limits.mediaBytes, allow: [] };
    return new SlackAccount(slackConfig(slackAccount(this.#simulator, this.#port)), log, media, unhurried);
  }

  start(options: Parameters<ConformancePlatform["start"]>[0]) {
    return startHarness(options, [slackAccount(this.#simulator, this.#port)], unhurriedSlack);
  }

  get #workspace(): WorkspaceSide {
    return this.#simulator.workspace();
  }

  /** A line of the gateway itself stands there under the app's own name. */
  #isOurs({ botId, username }: { readonly botId: string | null; readonly username: string | null }): boolean {
    return botId === this.#workspace.botId && username === null;
  }
}

const isSystem = ({ subtype }: { readonly subtype: string | null }): boolean =>
  /^(?:channel|group)_/.test(subtype ?? "");

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function idOf(user: string): string {
  const id = people[user];
  if (id === undefined) throw new Error(`there is nobody called ${user}`);
  return id;
}
