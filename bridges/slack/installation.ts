/**
 * The tokens of an app that was installed by a link, kept in the store and renewed before they end
 * (https://docs.slack.dev/authentication/using-token-rotation). A refresh token is good once: one process of the gateway
 * uses it at a time, and uses nothing of the new pair before that is on the disk, as long as there is a disk.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import { DeliveryError } from "../../core/bridge/outbound.ts";
import type { SecretBox } from "../../core/bridge/host.ts";
import { asGatewayError, GatewayError } from "../../core/errors.ts";
import { keepOut, type Logger } from "../../core/log.ts";
import type { Credentials } from "./credentials.ts";
import type { Grant, OAuth } from "./oauth.ts";

const KIND = "installation";
/** Slack's tokens live twelve hours. What goes wrong at renewing one may take this long to be mended. */
const AHEAD_MS: Milliseconds = 2 * 3_600_000;
/** After a failure, while the old token is still good. */
const TRY_AGAIN_MS: Milliseconds = 60_000;
/** How long another process may take. */
const OTHERS_WITHIN_MS: Milliseconds = 20_000;
const LOOK_EVERY_MS: Milliseconds = 250;
const KEEP_AGAIN_MS: Milliseconds = 2_000;

const installedForm = z.object({
  team: z.string(),
  token: z.string(),
  renewal: z.object({ refresh: z.string(), ends: z.number() }).nullable(),
});
type Installed = z.infer<typeof installedForm>;

export interface InstallationOptions {
  /** The account's name, for the remedy. */
  readonly name: string;
  readonly oauth: OAuth;
  readonly secrets: SecretBox;
  readonly alone: <T>(work: () => Promise<T>) => Promise<T | null>;
  readonly log: Logger;
  readonly now: () => Milliseconds;
}

export class Installation implements Credentials {
  readonly remedy: string;
  readonly #options: InstallationOptions;
  #known: Installed | null = null;
  /** A pair that Slack has given and the store did not take yet: whatever the store says is older. */
  #unstored: Installed | null = null;
  #renewing: Promise<Installed> | null = null;
  /** A refresh token that Slack has refused, and why. */
  #spent: { readonly refresh: string; readonly error: GatewayError } | null = null;
  #triedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: InstallationOptions) {
    this.#options = options;
    this.remedy = `install it with the link that \`mimi-gateway slack install ${options.name}\` prints`;
  }

  /** The workspace that the app is or was installed in; null: none yet. Reads the store. */
  async team(): Promise<string | null> {
    return (await this.#read())?.team ?? null;
  }

  /** Keeps what an installation has given. Resolves when it is on the disk. */
  async keep(team: string, grant: Grant): Promise<void> {
    this.#spent = null;
    await this.#keep(this.#installed(team, grant));
  }

  /** Where the app's tokens end since it was installed, its token is given for such a one. */
  async rotate(): Promise<void> {
    const { oauth, alone, log } = this.#options;
    try {
      await alone(async () => {
        const known = await this.#read();
        if (known === null || known.renewal !== null) return;
        const grant = await oauth.exchange(known.token);
        if (grant?.renewal) await this.#keep(this.#installed(known.team, grant));
      });
    } catch (thrown) {
      log.debug({ err: asGatewayError(thrown) }, "a token was not exchanged; it stays as it is");
    }
  }

  async token(): Promise<string> {
    const known = this.#known ?? (await this.#read());
    if (known === null) throw this.#refused("the app is not installed");
    const { renewal } = known;
    if (renewal === null) return known.token;
    const left = renewal.ends - this.#options.now();
    if (left <= 0) return (await this.#renewed(known)).token;
    if (left < AHEAD_MS) this.#renewAhead(known, left);
    return known.token;
  }

  async instead(refused: string, why: string): Promise<string | null> {
    const known = this.#known;
    if (known !== null && known.token !== refused) return known.token;
    const stored = await this.#read();
    if (stored === null) return null;
    if (stored.token !== refused) return stored.token;
    return why === "token_expired" && stored.renewal !== null ? (await this.#renewed(stored)).token : null;
  }

  close(): void {
    this.#isClosed = true;
  }

  #renewAhead(known: Installed, left: Milliseconds): void {
    const { now, log } = this.#options;
    if (this.#renewing !== null || now() - this.#triedAt < TRY_AGAIN_MS) return;
    this.#renewed(known).catch((thrown: unknown) => {
      const minutes = Math.floor(left / 60_000);
      log.error(
        { err: asGatewayError(thrown), minutes },
        "the token was not renewed; it ends in so many minutes",
      );
    });
  }

  /** What came after this pair. Rejects with DeliveryError: nothing has left. */
  #renewed(old: Installed): Promise<Installed> {
    this.#renewing ??= this.#renew(old).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #renew(old: Installed): Promise<Installed> {
    this.#triedAt = this.#options.now();
    try {
      const done = await this.#options.alone(async () => {
        const stored = await this.#read();
        if (stored === null) throw this.#refused("the app is not installed");
        return stored.token === old.token ? this.#refresh(stored) : stored;
      });
      return done ?? (await this.#byAnother(old));
    } catch (thrown) {
      if (thrown instanceof DeliveryError) throw thrown;
      const error = asGatewayError(thrown);
      if (error.code === "account_refused") throw this.#refused(error.detail);
      throw awayError(`the token can't be renewed now: ${error.detail}`);
    }
  }

  async #refresh({ team, renewal }: Installed): Promise<Installed> {
    if (renewal === null) throw new GatewayError("internal", "a token that does not end is not renewed");
    const { refresh } = renewal;
    if (this.#spent?.refresh === refresh) throw this.#spent.error;
    try {
      const next = this.#installed(team, await this.#options.oauth.refresh(refresh));
      // From here on the old refresh token is worth nothing: this pair must not be lost.
      this.#known = this.#unstored = next;
      try {
        await this.#keep(next);
      } catch (thrown) {
        this.#keepLater(next, thrown);
      }
      this.#options.log.info("the token was renewed");
      return next;
    } catch (thrown) {
      const error = asGatewayError(thrown);
      if (error.code === "account_refused") this.#spent = { refresh, error };
      throw error;
    }
  }

  /** Another process renews it: the new pair is in the store soon. */
  async #byAnother(old: Installed): Promise<Installed> {
    const until = performance.now() + OTHERS_WITHIN_MS;
    while (performance.now() < until && !this.#isClosed) {
      await pause(LOOK_EVERY_MS);
      const stored = await this.#read();
      if (stored !== null && stored.token !== old.token) return stored;
    }
    throw awayError("another process is about to renew the token");
  }

  #keepLater(next: Installed, thrown: unknown): void {
    const { log } = this.#options;
    log.error(
      { err: asGatewayError(thrown) },
      "a renewed token could not be stored; it is tried again and again",
    );
    const again = async (): Promise<void> => {
      await pause(KEEP_AGAIN_MS, undefined, { ref: false });
      if (this.#unstored !== next || this.#isClosed) return;
      await this.#keep(next).catch(again);
    };
    void again();
  }

  async #keep(installed: Installed): Promise<void> {
    await this.#options.secrets.set(KIND, JSON.stringify(installed));
    this.#unstored = null;
    this.#known = installed;
  }

  async #read(): Promise<Installed | null> {
    if (this.#unstored !== null) return this.#unstored;
    const text = await this.#options.secrets.get(KIND);
    if (text === null) return null;
    const installed = installedForm.parse(JSON.parse(text));
    this.#hide(installed);
    this.#known = installed;
    return installed;
  }

  #installed(team: string, { token, renewal }: Grant): Installed {
    const ends = this.#options.now() + (renewal?.inMs ?? 0);
    const installed = { team, token, renewal: renewal && { refresh: renewal.refresh, ends } };
    this.#hide(installed);
    return installed;
  }

  #hide({ token, renewal }: Installed): void {
    for (const secret of [token, renewal?.refresh ?? ""]) keepOut(secret);
  }

  #refused(detail: string): DeliveryError {
    const verdict = { certainty: "certain", retry: "after", afterMs: TRY_AGAIN_MS } as const;
    return new DeliveryError("account_refused", `${detail}; ${this.remedy}`, verdict);
  }
}

function awayError(detail: string): DeliveryError {
  const verdict = { certainty: "certain", retry: "after", afterMs: 2_000 } as const;
  return new DeliveryError("account_down", detail, verdict);
}
