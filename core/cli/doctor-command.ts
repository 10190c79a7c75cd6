/** The command `doctor`. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { doctorCodes } from "./exit-codes.ts";
import { renderDoctor } from "./render-doctor.ts";
import type { Session } from "./session.ts";

export function addDoctorCommand<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  program
    .command("doctor")
    .argument("[account]", "the account to look at (default: all)")
    .description("look at the running gateway's accounts from all sides: what is wrong, and what to do")
    .action(async (account?: string) => {
      const report = await session.askRunning(
        (operations) => operations.doctor(account ?? null),
        renderDoctor,
      );
      session.exitCode = doctorCodes[report.state];
    });
}
