/** An nginx of one's own on loopback that shares requests out among several processes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "./ports.ts";
import type { RunningServer } from "./server-process.ts";
import { startOnFreePorts } from "./server-process.ts";

export interface NginxOptions {
  readonly folder: string;
  /** Ports on loopback of the processes behind it. */
  readonly upstreams: readonly number[];
  /** Where it listens; a free port where nothing is said. */
  readonly port?: number;
}

export interface Nginx extends RunningServer {
  readonly port: number;
  readonly url: string;
}

/** Resolves when it listens. Throws GatewayError server_failed. */
export async function startNginx({ folder, upstreams, port: wanted }: NginxOptions): Promise<Nginx> {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, "nginx.conf");
  let port = 0;
  const server = await startOnFreePorts(async () => {
    port = wanted ?? (await freePorts(1))[0] ?? 0;
    writeFileSync(configFile, nginxConfig({ folder, upstreams, port }));
    return {
      name: "nginx",
      program: "nginx",
      args: ["-c", configFile, "-p", folder, "-e", "stderr"],
      folder,
      logFile: join(folder, "nginx.log"),
      readyWhen: ["start worker process"],
      failsWhen: [],
      stopSignal: "SIGQUIT",
    };
  }, "Address already in use");
  return Object.assign(server, { port, url: `http://127.0.0.1:${port}` });
}

/**
 * Text of nginx.conf. Held requests take 25 s, so the answer may take longer than that. A process that is gone, or says that it
 * is going, is passed over, also for POST: every resource of MTP is safe to repeat.
 */
export function nginxConfig({ folder, upstreams, port }: Required<NginxOptions>): string {
  return `daemon off;
worker_processes 1;
error_log stderr notice;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `  ${kind}_temp_path ${folder}/${kind};\n`).join("")}  upstream gateway {
${upstreams.map((upstream) => `    server 127.0.0.1:${upstream} max_fails=1 fail_timeout=1s;\n`).join("")}    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 64m;
    location / {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Connection "";
      proxy_read_timeout 60s;
      proxy_request_buffering off;
      proxy_next_upstream error timeout http_503 non_idempotent;
    }
  }
}
`;
}
