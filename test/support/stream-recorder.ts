/** A component stream whose events are kept, so that a test can wait for them. */
import { ComponentStream } from "../../bridges/xmpp/stream.ts";
import type { StreamOptions } from "../../bridges/xmpp/stream.ts";
import type { Element } from "../../bridges/xmpp/xml.ts";
import type { GatewayError } from "../../core/errors.ts";

export class StreamRecorder {
  readonly stream: ComponentStream;
  readonly stanzas: Element[] = [];
  /** How often the stream came online. */
  online = 0;
  readonly offline: (GatewayError | null)[] = [];
  /** Called with each stanza, after it was kept. */
  onStanza: (element: Element) => void = () => undefined;
  readonly #waiting = new Set<() => void>();

  constructor(options: Partial<StreamOptions> & Pick<StreamOptions, "service">) {
    this.stream = new ComponentStream(
      { domain: "gw.test", password: "secret", ...options },
      {
        stanza: (element) => {
          this.stanzas.push(element);
          this.onStanza(element);
          this.#changed();
        },
        online: () => {
          this.online += 1;
          this.#changed();
        },
        offline: (error) => {
          this.offline.push(error);
          this.#changed();
        },
      },
    );
  }

  /** Resolves as soon as the condition holds after an event. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }
}
