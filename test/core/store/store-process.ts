/** A process that opens the store which its arguments name, says how that went, and holds it until it is ended. */
import { openStore } from "../../../core/store/open.ts";
import { asGatewayError } from "../../../core/errors.ts";

const [kind, place = "", slot = ""] = process.argv.slice(2);
try {
  const store = await openStore({
    store: kind === "sqlite" ? { kind, file: place } : { kind: "postgres", url: place },
    slot: slot === "" ? null : slot,
  });
  console.log(`holds ${store.slot}`);
  setInterval(() => undefined, 1_000);
} catch (thrown) {
  console.log(asGatewayError(thrown).message);
}
