import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { MatrixAccount } from "../../../bridges/matrix/account.ts";
import { matrixConfig, matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { limits } from "../../../core/limits.ts";
import { createLogger } from "../../../core/log.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import type { Synapse } from "../../../deploy/servers/synapse.ts";
import { startHarness } from "../../support/harness.ts";
import type { ConformancePlatform } from "./conformance-platform.ts";

const people = ["anna", "ben"] as const;
const ALL_POWER = 100;

/** What an account on this homeserver says in the configuration. `listen`: where it is told what happens. */
export const matrixAccount = (
  synapse: Pick<Synapse, "url" | "serverName">,
  listen: string,
  further: Readonly<Record<string, string | boolean>> = {},
) => ({
  name: "matrix",
  bridge: "matrix" as const,
  ...matrixConfigSchema.parse({
    homeserver: synapse.url,
    server_name: synapse.serverName,
    as_token: "as-token-of-a-test",
    hs_token: "hs-token-of-a-test",
    listen,
    ...further,
  }),
});

/** A real Synapse as the conformance suite sees it. */
export class MatrixConformance implements ConformancePlatform {
  readonly account = "matrix";
  readonly keeps = true;
  readonly #synapse: Synapse;
  readonly #listen: string;
  readonly #bot: string;
  readonly #users = new Map<string, MatrixUser>();

  constructor(synapse: Synapse, listen: string) {
    this.#synapse = synapse;
    this.#listen = listen;
    this.#bot = `@mimi:${synapse.serverName}`;
  }

  async connect(): Promise<void> {
    for (const name of people) this.#users.set(name, await MatrixUser.register(this.#synapse, name));
  }

  async room(): Promise<string> {
    const [anna, ben] = [this.#user("anna"), this.#user("ben")];
    // Who makes a room has all power in it without being named.
    const users = { [this.#bot]: ALL_POWER };
    const room = await anna.createRoom({ open: false, invite: [ben.id, this.#bot], power: { users } });
    await ben.join(room);
    return room;
  }

  async say(room: string, user: string, text: string): Promise<void> {
    await this.#user(user).say(room, text);
  }

  async setName(room: string, name: string): Promise<void> {
    await this.#user("anna").setName(room, name);
  }

  async setTopic(room: string, topic: string): Promise<void> {
    await this.#user("anna").setTopic(room, topic);
  }

  async state(room: string) {
    const anna = this.#user("anna");
    const [name, topic] = [await anna.state(room, "m.room.name"), await anna.state(room, "m.room.topic")];
    return { name: textOf(name?.["name"]), topic: textOf(topic?.["topic"]) };
  }

  async texts(room: string): Promise<readonly string[]> {
    const messages = await this.#user("anna").messages(room);
    return messages.filter(({ sender }) => sender !== this.#bot).map(({ body }) => body);
  }

  /** Lines for one person stand in the room for all. */
  async told(room: string, user: string): Promise<readonly string[]> {
    const messages = await this.#user(user).messages(room);
    return messages.filter(({ sender }) => sender === this.#bot).map(({ body }) => body);
  }

  async standIns(room: string): Promise<number> {
    const states = await this.#user("anna").states(room);
    const ghosts = states.filter(
      ({ type, state_key: who, content }) =>
        type === "m.room.member" && who?.startsWith("@_mimi_") && content["membership"] === "join",
    );
    return ghosts.length;
  }

  /** Ghosts have no power; the gateway itself has all. */
  async refuse(room: string, refuses: boolean): Promise<void> {
    const anna = this.#user("anna");
    const powers = await anna.state(room, "m.room.power_levels");
    const events = { ...Object(powers?.["events"]), "m.room.message": refuses ? ALL_POWER : 0 } as unknown;
    await anna.setState(room, "m.room.power_levels", { ...powers, events });
  }

  async cut(): Promise<void> {
    await this.#synapse.restart();
  }

  /** What an account says that serves these rooms. */
  get accountConfig() {
    return matrixAccount(this.#synapse, this.#listen);
  }

  createBridge() {
    const log = createLogger({ level: "error", bodies: false });
    const media = { maxBytes: limits.mediaBytes, allow: [] };
    const config = matrixConfig(matrixAccount(this.#synapse, this.#listen));
    return new MatrixAccount(config, log, media, new AppServiceListeners());
  }

  start(options: Parameters<ConformancePlatform["start"]>[0]) {
    const listeners = new AppServiceListeners();
    return startHarness(options, [matrixAccount(this.#synapse, this.#listen)], (account, { log, media }) => {
      return new MatrixAccount(matrixConfig(account), log, media, listeners);
    });
  }

  #user(name: string): MatrixUser {
    const user = this.#users.get(name);
    if (!user) throw new Error(`there is nobody called ${name}`);
    return user;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
