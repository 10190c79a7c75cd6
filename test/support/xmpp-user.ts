/** The XMPP client of the demo, for the tests. */
export * from "../../deploy/clients/xmpp-user.ts";
