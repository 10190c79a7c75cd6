/**
 * An account that is only looked at, before there is a gateway, while another one may have the same component. Some servers
 * (ejabberd) then give each stanza to either of the two streams, so this one lasts no longer than the look, and sends back what comes.
 */
import type { Finding, Health } from "../../core/bridge/room.ts";
import type { GatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import { XmppAccount } from "./account.ts";
import { hasCompany } from "./company.ts";
import type { XmppConfig } from "./config.ts";
import { examineServer } from "./examine-server.ts";
import { listenerJid } from "./names.ts";
import { ComponentStream } from "./stream.ts";
import { undelivered } from "./undelivered.ts";

export class TriedAccount extends XmppAccount {
  readonly #config: XmppConfig;
  readonly #media: MediaLimits;
  #health: Health = { state: "down", since: Date.now(), reason: null };
  #stream: ComponentStream | null = null;
  #look: Promise<readonly Finding[]> = Promise.resolve([]);

  constructor(config: XmppConfig, log: Logger, media: MediaLimits) {
    super(config, log, media);
    this.#config = config;
    this.#media = media;
  }

  /** Connects once and looks. Rejects with account_refused; why else there is no connection is in `health`. */
  override async start(): Promise<void> {
    this.#health = { state: "connecting", since: Date.now(), reason: null };
    const { service, domain, secret: password } = this.#config;
    const stream = new ComponentStream(
      { service, domain, password },
      {
        stanza: (stanza) => {
          const back = undelivered(stanza);
          if (back !== null) stream.send(back);
        },
        online: () => undefined,
        offline: (error) => this.#offline(error),
      },
    );
    this.#stream = stream;
    try {
      await stream.start();
    } catch (thrown) {
      // It is tried once: why it did not work is said already.
      if (this.#health.state === "down") return;
      throw thrown;
    }
    this.#look = this.#lookAt(stream);
  }

  override async stop(): Promise<void> {
    await this.#stream?.stop();
    await this.#look;
  }

  override health(): Health {
    return this.#health;
  }

  /** What was seen. */
  override examine(): Promise<readonly Finding[]> {
    return this.#look;
  }

  async #lookAt(stream: ComponentStream): Promise<readonly Finding[]> {
    const [config, media] = [this.#config, this.#media];
    const listener = listenerJid(config.domain);
    if (await hasCompany(stream, config.domain)) {
      await stream.stop();
      const reason = `another gateway is connected to the server as ${config.domain}: end that one, or give this one another domain`;
      this.#health = { state: "down", since: Date.now(), reason };
      return [];
    }
    const findings = await examineServer({ stream, listener, config, media, services: [] });
    if (!stream.online) return [];
    await stream.stop();
    this.#health = { state: "up", since: Date.now() };
    return findings;
  }

  #offline(error: GatewayError | null): void {
    if (error === null || error.code === "account_refused") return;
    this.#health = { state: "down", since: Date.now(), reason: error.message };
    void this.#stream?.stop();
  }
}
