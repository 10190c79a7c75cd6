/**
 * How an app gets into a workspace: a link, good once, leads to Slack, and Slack back here with a code for a token.
 * What is not just that, whatever it is, is told nothing (null).
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { InstallLink, SecretBox } from "../../core/bridge/host.ts";
import { asGatewayError } from "../../core/errors.ts";
import { keepOut, type Logger } from "../../core/log.ts";
import { CALLBACK_PATH, INSTALL_PATH, type InstallReply, type InstallVisit } from "./install-routes.ts";
import type { Grant, OAuth } from "./oauth.ts";
import { SCOPES } from "./manifest.ts";

const LINK_MS: Milliseconds = 15 * 60_000;
/** Slack's codes live as long. */
const STATE_MS: Milliseconds = 10 * 60_000;
const LINK = "install-link";
const STATE = "install-state";

const waitingForm = z.object({ digest: z.string(), until: z.number() });
const backForm = z.object({
  state: z.string(),
  code: z.string().optional(),
  error: z.string().optional(),
});

export interface InstallsOptions {
  /** The account's name. */
  readonly name: string;
  /** Where Slack's users reach this gateway, without a slash at the end. */
  readonly publicUrl: string;
  readonly oauth: OAuth;
  readonly secrets: SecretBox;
  readonly log: Logger;
  readonly now: () => Milliseconds;
  /** The workspace that it has to be; null: any that nobody else serves. */
  readonly wanted: () => Promise<string | null>;
  /** Another account of this gateway that serves a workspace; null: none does. */
  readonly servedBy: (team: string) => string | null;
  /** Takes the tokens over. Resolves when they are kept. */
  readonly installed: (team: string, grant: Grant) => Promise<void>;
}

export class Installs {
  readonly #options: InstallsOptions;

  constructor(options: InstallsOptions) {
    this.#options = options;
  }

  /** A new link; the one of before is good no more. */
  async link(): Promise<InstallLink> {
    const { publicUrl, secrets, now } = this.#options;
    const secret = random();
    const until = now() + LINK_MS;
    await secrets.set(LINK, waiting(secret, until));
    return { url: `${publicUrl}${INSTALL_PATH}/${secret}`, until };
  }

  /** Somebody opens a link. Whoever is first is sent to Slack, with a state that only his browser can come back with. */
  async open(secret: string): Promise<InstallReply | null> {
    const { oauth, secrets, now, publicUrl, wanted } = this.#options;
    if (!(await this.#take(LINK, secret))) return null;
    const [state, cookie] = [random(), random()];
    await secrets.set(STATE, waiting(`${state} ${cookie}`, now() + STATE_MS));
    const asked = { state, redirect: this.#redirect, scopes: Object.keys(SCOPES), team: await wanted() };
    this.#options.log.info({ at: publicUrl }, "somebody has opened the link that installs the app");
    return { kind: "redirect", to: oauth.authorizeUrl(asked), cookie };
  }

  /** Slack sends somebody back. */
  async back({ query, cookie }: InstallVisit): Promise<InstallReply | null> {
    const { log, publicUrl } = this.#options;
    const { data } = backForm.safeParse(query);
    if (!data || !(await this.#take(STATE, `${data.state} ${cookie}`))) return null;
    if (data.code === undefined) {
      log.warn({ at: publicUrl, error: data.error?.slice(0, 100) }, "the app was not let in");
      return page(403, "Slack says that it was not allowed. Nothing was changed.");
    }
    keepOut(data.code);
    try {
      return await this.#redeem(data.code);
    } catch (thrown) {
      const error = asGatewayError(thrown);
      log.error({ err: error }, "the app was not installed");
      return error.code === "account_refused"
        ? page(403, "Slack gave no token. The gateway's log says why.")
        : page(502, "It did not work. The gateway's log says why.");
    }
  }

  async #redeem(code: string): Promise<InstallReply> {
    const { oauth, log, name, installed } = this.#options;
    const grant = await oauth.redeem(code, this.#redirect);
    const { team } = grant;
    const fault =
      team === null ? "that is a whole organisation, not a workspace" : await this.#fault(team.id);
    if (team === null || fault !== null) {
      // The token is let go, not revoked: it may be the very one by which another account serves that workspace.
      log.warn(
        { team: team?.id ?? null, fault },
        "a workspace was refused; the app stays in it until it is taken out",
      );
      return page(
        403,
        `This workspace can't be connected: ${fault ?? ""}. Take the app out of it if nobody else uses it.`,
      );
    }
    await installed(team.id, grant);
    log.info({ team: team.id }, "the app was installed");
    return page(
      200,
      `${team.name} is connected with account ${name} of the gateway. You may close this page.`,
    );
  }

  async #fault(team: string): Promise<string | null> {
    const { wanted, servedBy, name } = this.#options;
    const own = await wanted();
    if (own !== null && own !== team) return `account ${name} is for workspace ${own}`;
    const other = servedBy(team);
    return other === null ? null : `account ${other} serves it already`;
  }

  get #redirect(): string {
    return `${this.#options.publicUrl}${CALLBACK_PATH}`;
  }

  /** Whether that is what is waited for, in time, and it is this call that has taken it. */
  async #take(kind: string, secret: string): Promise<boolean> {
    const { secrets, now } = this.#options;
    const taken = await secrets.take(kind, (text) => {
      const { digest, until } = waitingForm.parse(JSON.parse(text));
      return until > now() && isEqual(digest, digestOf(secret));
    });
    return taken !== null;
  }
}

const page = (status: 200 | 403 | 502, text: string): InstallReply => ({ kind: "page", status, text });
const random = (): string => randomBytes(32).toString("base64url");
const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");
const waiting = (secret: string, until: Milliseconds): string =>
  JSON.stringify({ digest: digestOf(secret), until });

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
