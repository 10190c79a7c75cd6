/** `mimi-gateway peer check`: works without a configuration, a gateway or a store. */
import type { Command } from "commander";
import { parseProviderDomain } from "../../mappings/ids.ts";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import type { CodeText } from "../federation/wire/code-text.ts";
import type { OwnPlace } from "../peer-check/run-checks.ts";
import { parseNumber } from "./arguments.ts";
import type { Session } from "./session.ts";

interface CheckArguments {
  readonly code?: string;
  readonly listen?: string;
  readonly endpoint?: string;
  readonly base?: string;
  readonly ownerWait: string;
  readonly brief?: true;
}

const HELP = `
Holds a gateway to the numbered MUSTs of docs/mtp.md, from outside; docs/peer-check.md says what is tried. Everything is done
in the group of the code, so make one for a room that can be thrown away.

The checker is a peer of its own, with a key made for the run. With --code or --owner-wait the other side has to find it:
--base is its domain, whose /.well-known/mtp it serves itself; --endpoint where it is reached, which leads to --listen. On
one machine both sides speak http, and the gateway that is checked has the checker among its placed peers:

  federation:
    peers: [{ base: check.example, endpoint: "http://127.0.0.1:9000" }]

  mimi-gateway peer check http://127.0.0.1:8448 --code mtp1:... \\
    --base check.example --endpoint http://127.0.0.1:9000 --listen 127.0.0.1:9000

Exit codes of this command:
  0  no MUST is broken, and all that can be seen from outside was looked at
  1  a MUST is broken, or the check could not be made
  2  wrong use
  3  no MUST is broken, but some could be looked at with other options`;

/** Adds `check` to the command `peer`. */
export function addPeerCheck<Bridges extends BridgeConfigSchemas>(
  peer: Command,
  session: Session<Bridges>,
): void {
  peer
    .command("check")
    .argument("<url>", "where the gateway's well-known is, such as https://mimi.example.net")
    .option("--code <code>", "a code of the gateway's, which is redeemed: work in its group as a guest")
    .option("--listen <host:port>", "where the checker listens")
    .option("--endpoint <url>", "where the gateway reaches the checker")
    .option("--base <domain>", "the checker's base domain")
    .option("--owner-wait <seconds>", "wait so long until codes of the checker's are redeemed", "0")
    .option("--brief", "leave out what takes half a minute")
    .description("hold a gateway to the specification, from outside")
    .addHelpText("after", HELP)
    .action((url: string, options: CheckArguments) => check(url, options, session));
}

async function check<Bridges extends BridgeConfigSchemas>(
  text: string,
  options: CheckArguments,
  session: Session<Bridges>,
): Promise<void> {
  const [{ runChecks }, { checkExitCode, renderCheck }, { parseEndpoint }, { parseCode }] = await Promise.all(
    [
      import("../peer-check/run-checks.ts"),
      import("../peer-check/report.ts"),
      import("../federation/wire/endpoint.ts"),
      import("../federation/wire/code-text.ts"),
    ],
  );
  const url = parseEndpoint(text, true);
  if (url === null) throw usage(`${text} is no https:// address (http:// is for this machine alone)`);
  const code = options.code === undefined ? null : orUsage(parseCode(options.code), "--code is no code");
  const ownerWaitSeconds = parseNumber(options.ownerWait, "--owner-wait has seconds");
  const place = await placeOf(options);
  needsPlace(place, code, ownerWaitSeconds);
  const progress = (line: string): void => session.io.err(`${line}\n`);
  const brief = options.brief === true;
  const report = await runChecks({ url, code, place, ownerWaitSeconds, brief, progress });
  session.print(report, renderCheck);
  session.exitCode = checkExitCode(report);
}

async function placeOf({ listen, endpoint, base }: CheckArguments): Promise<OwnPlace | null> {
  if (listen === undefined && endpoint === undefined && base === undefined) return null;
  const [{ parseListen }, { parseEndpoint }] = await Promise.all([
    import("../config/federation-schema.ts"),
    import("../federation/wire/endpoint.ts"),
  ]);
  return {
    listen: orUsage(parseListen(listen ?? ""), "--listen is not HOST:PORT"),
    endpoint: orUsage(parseEndpoint(endpoint ?? "", true), "--endpoint is no address of a gateway"),
    base: orUsage(parseProviderDomain(base ?? ""), "--base is no domain"),
  };
}

function needsPlace(place: OwnPlace | null, code: CodeText | null, ownerWaitSeconds: number): void {
  if (place === null && (code !== null || ownerWaitSeconds > 0))
    throw usage("--code and --owner-wait need --listen, --endpoint and --base");
}

function orUsage<T>(value: T | null, detail: string): T {
  if (value === null) throw usage(detail);
  return value;
}

const usage = (detail: string): GatewayError => new GatewayError("usage", detail);
