/** A gateway with the simulated workspace as an account. */
import type { SlackSimulator } from "../slack/simulator.ts";
import { type BenchGateway, startBenchGateway } from "./bench-gateway.ts";
import type { BenchContext } from "./context.ts";

/** A channel of the simulator that the app is in. */
export const CHANNEL = "C0GENERAL";

/** Resolves when its accounts are connected. `listen`: null for Socket Mode; `more`: further accounts, as YAML. */
export async function startSlackGateway(
  context: BenchContext,
  simulator: SlackSimulator,
  {
    name,
    listen,
    more = "",
  }: { readonly name: string; readonly listen: number | null; readonly more?: string },
): Promise<BenchGateway> {
  return startBenchGateway(context, name, slackYaml(simulator, listen) + more);
}

/** The workspace as an account in gateway.yaml. `listen`: null for Socket Mode. */
export function slackYaml(simulator: SlackSimulator, listen: number | null): string {
  const { app, apiUrl } = simulator;
  const events =
    listen === null
      ? `app_token: ${app.appToken}`
      : `signing_secret: ${app.signingSecret}\n    listen: 127.0.0.1:${listen}`;
  return `  - name: slack
    bridge: slack
    token: ${simulator.workspace().botToken}
    ${events}
    api: ${apiUrl}
`;
}
