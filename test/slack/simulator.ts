/**
 * A simulator of Slack for tests and for trying the gateway without a workspace. It answers over HTTP and WebSocket as
 * the published reference says that Slack does, and refuses what Slack refuses. It is not Slack: what only a real
 * workspace can show is listed in the documentation of the Slack bridge.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { CallContext } from "./api/method.ts";
import { Limits } from "./api/limits.ts";
import { Tokens } from "./api/tokens.ts";
import { WebApi } from "./api/web-api.ts";
import { Asking } from "./asking.ts";
import { authorize } from "./authorize.ts";
import { ALL_SCOPES, type AppCredentials, makeApp } from "./app.ts";
import { SimulatedClock } from "./clock.ts";
import { usualWorkspace } from "./usual-workspace.ts";
import { Events, RETRIES } from "./events/events.ts";
import { Faults, type SeenCall } from "./faults.ts";
import { giveFile, takeUpload } from "./file-routes.ts";
import { People } from "./people.ts";
import { ResponseUrls } from "./response-urls.ts";
import type { SimulatorOptions } from "./settings.ts";
import { Workspace } from "./state/workspace.ts";
import { uninstall, viewOf } from "./workspace-view.ts";
import type { WorkspaceSide } from "./workspace-side.ts";

/** More than an hour of a busy workspace: Slack's own limit. */
const EVENTS_AN_HOUR = 30_000;

export interface SlackSimulator {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string;
  /** For `slackApiUrl` of Slack's clients; ends with a slash. */
  readonly apiUrl: string;
  readonly app: AppCredentials;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  /** Sending of events: the URL, the sockets, what was lost. */
  readonly events: Events;
  /** Calls of the Web API that passed the checks of token and limits, in the order in which they came. */
  readonly calls: readonly SeenCall[];
  /** A refresh token for tooling.tokens.rotate; good once. */
  readonly toolingToken: string;
  /** The app's owner lets its tokens end from now on. */
  rotateTokens(): void;
  /** A workspace as its people see it; the first one where no id is given. */
  workspace(id?: string): WorkspaceSide;
  /** Cuts everything that is open and closes the port. */
  stop(): Promise<void>;
}

/** Starts it on the loopback interface; resolves when it takes requests. */
export async function startSlackSimulator(options: SimulatorOptions = {}): Promise<SlackSimulator> {
  const server = createServer();
  const connections = new Set<Socket>();
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const app = makeApp(url, options.app);
  const clock = options.clock ?? new SimulatedClock();
  const faults = new Faults();
  const asked = options.scopes ?? ALL_SCOPES;
  const tokens = new Tokens(clock, options.tokenRotation ?? false, app.appToken);
  const settings = {
    url: options.eventsUrl ?? null,
    subscribed: options.events ?? null,
    anHour: options.eventsAnHour ?? EVENTS_AN_HOUR,
    retries: options.retries ?? RETRIES,
  };
  const scopes = (team: string): readonly string[] | null => tokens.botOf(team)?.scopes ?? null;
  const events = new Events(app, { clock, faults, scopes }, settings);
  const urls = new ResponseUrls(url);
  const workspaces = new Map<string, Workspace>();
  const customisedPosts = options.customisedPosts ?? "bot_message";
  for (const one of options.workspaces ?? [usualWorkspace]) {
    const tell = events.tell.bind(events);
    workspaces.set(one.id, new Workspace(one, { app, clock, customisedPosts, tell }));
    if (one.scopes !== null) tokens.makeBot(one.id, one.scopes ?? asked);
  }
  const views = new Map(
    [...workspaces].map(([id, one]) => [
      id,
      viewOf(one, new People(one), new Asking(one, events, urls), tokens),
    ]),
  );
  const context: Omit<CallContext, "basic" | "shown"> = {
    app,
    workspaces,
    tokens,
    events,
    faults,
    restrictedHistory: options.history === "restricted",
    uninstall: (workspace) => uninstall(workspace, tokens),
  };
  const api = new WebApi(context, new Limits(clock, options.limits !== "off"));

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (faults.outage) {
      response.destroy();
      return;
    }
    const target = new URL(request.url ?? "/", url);
    const path = target.pathname;
    if (path.startsWith("/api/")) await api.serve(request, target, response);
    else if (path.startsWith("/upload/v1/")) await takeUpload(request, path, workspaces, response);
    else if (path.startsWith("/files-pri/")) giveFile(request, path, { workspaces, tokens }, response);
    else if (path.startsWith("/commands/")) await urls.serve(request, path, response);
    else if (path === "/oauth/v2/authorize")
      authorize(target, { ...context, asked, redirects: options.redirectUrls ?? null }, response);
    else
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html>Sign in to Slack (simulator)</html>");
  };
  server.on("request", (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A request that was broken off by its sender is no failure of ours.
      if (request.complete) console.error("the Slack simulator failed at a request", error);
      response.destroy();
    });
  });
  server.on("upgrade", (request, stream) => events.sockets.connect(request, stream));

  return {
    url,
    apiUrl: `${url}/api/`,
    app,
    clock,
    faults,
    events,
    calls: api.calls,
    toolingToken: tokens.makeTooling(),
    rotateTokens: () => tokens.startRotating(),
    workspace: (id = [...views.keys()][0] ?? "") => {
      const view = views.get(id);
      if (view === undefined) throw new Error(`no workspace ${id}`);
      return view;
    },
    stop: async () => {
      events.stop();
      clock.stop();
      for (const workspace of workspaces.values())
        workspace.waits.fail(new Error("the simulator has stopped"));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}
