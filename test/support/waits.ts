/** Waiting for conditions, as the demo's client does it, for the tests. */
export * from "../../deploy/clients/waits.ts";
