/** A process that runs the command line with a gateway of no rooms: what signals do can only be seen from outside. */
import { processIo } from "../../../core/cli/io.ts";
import { createProgram } from "../../../core/cli/program.ts";
import { GatewayError } from "../../../core/errors.ts";
import { sampleOperations } from "../control/sample-operations.ts";

const way = process.env["GATEWAY_WAY"];
const program = createProgram({
  bridges: () => Promise.resolve({}),
  setups: () => Promise.resolve([]),
  tryOut: () => Promise.reject(new Error("not in these tests")),
  startGateway: () => {
    if (way === "refuses") throw new GatewayError("store_locked", "another process holds the store");
    const alive = setInterval(() => {}, 1_000);
    console.log("up");
    const failed = Promise.withResolvers<GatewayError>();
    if (way === "fails") failed.resolve(new GatewayError("store_failed", "the store went away"));
    return Promise.resolve({
      failed: failed.promise,
      stop: () => {
        console.log("stopping");
        if (way === "hangs") return new Promise(() => {});
        clearInterval(alive);
        return Promise.resolve();
      },
    });
  },
  openOperations: () => Promise.resolve({ ...sampleOperations(), close: () => Promise.resolve() }),
});
process.exitCode = await program.run(process.argv.slice(2), processIo());
