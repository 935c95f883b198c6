/** Ready files that run a night by themselves. */
export const RECIPES = ["systemd-service", "systemd-timer", "cron", "github", "container"] as const;
export type Recipe = (typeof RECIPES)[number];

const DEFAULT_TIMES = ["02:00"] as const;

/**
 * A ready file, to be put where its first lines say.
 *
 * @param slots `HH:MM` UTC; none: once a night
 * @param folder that holds herdbench.json and results
 */
export function recipe(kind: Recipe, slots: readonly string[], folder: string): string {
  const times = slots.length === 0 ? DEFAULT_TIMES : slots;
  switch (kind) {
    case "systemd-service":
      return service(folder);
    case "systemd-timer":
      return timer(times);
    case "cron":
      return cron(times, folder);
    case "github":
      return github(times);
    case "container":
      return CONTAINER;
  }
}

function service(folder: string): string {
  // Spaces and specifiers in a path, by systemd.unit(5) and systemd.service(5).
  const path = folder.replaceAll("%", "%%");
  return `# /etc/systemd/system/herdbench-nightly.service; keys and hook URLs as NAME=value in /etc/herdbench.env, mode 600.
[Unit]
Description=herdbench: one part of a night
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory=${path}
EnvironmentFile=-/etc/herdbench.env
ExecStart=/usr/bin/env npx herdbench nightly
TimeoutStartSec=6h
# An interrupt ends a run in good order: give it the time.
KillSignal=SIGINT
TimeoutStopSec=120
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=full
`;
}

function timer(times: readonly string[]): string {
  return `# /etc/systemd/system/herdbench-nightly.timer; then: systemctl daemon-reload && systemctl enable --now herdbench-nightly.timer
[Unit]
Description=herdbench: every night

[Timer]
${times.map((time) => `OnCalendar=*-*-* ${time}:00 UTC`).join("\n")}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
`;
}

function cron(times: readonly string[], folder: string): string {
  // A percent sign in a crontab is a line break, a quote in a path the end of it.
  const path = `'${folder.replaceAll("'", "'\\''").replaceAll("%", "\\%")}'`;
  const lines = times.map((time) => {
    const [hour, minute] = time.split(":").map(Number);
    return `${minute} ${hour} * * * cd ${path} && { set -a; . ./.env; set +a; npx herdbench nightly --quiet; } 2>>nightly.log`;
  });
  return `# crontab -e; times are UTC where cron knows CRON_TZ. Keys and hook URLs as NAME=value in .env, mode 600.
CRON_TZ=UTC
SHELL=/bin/bash
${lines.join("\n")}
`;
}

function github(times: readonly string[]): string {
  const crons = times.map((time) => {
    const [hour, minute] = time.split(":").map(Number);
    return `    - cron: "${minute} ${hour} * * *"`;
  });
  return `# .github/workflows/nightly.yml: a hosted runner shares its machine with others, so expect INVALID nights; a runner of your own is better.
name: nightly
on:
  schedule:
${crons.join("\n")}
  workflow_dispatch:
permissions:
  contents: write
concurrency:
  group: nightly
  cancel-in-progress: false
jobs:
  night:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: npm ci
      - name: measure
        id: night
        env:
          TOGETHER_API_KEY: \${{ secrets.TOGETHER_API_KEY }}
          NIGHT_WEBHOOK_URL: \${{ secrets.NIGHT_WEBHOOK_URL }}
          NIGHT_DEAD_MAN_URL: \${{ secrets.NIGHT_DEAD_MAN_URL }}
        run: npx herdbench nightly --fail-on-regression
      - name: summary
        if: always()
        run: |
          latest="$(ls -d results/nights/*/ | tail -1)"
          cat "\${latest}night.md" >> "$GITHUB_STEP_SUMMARY"
      - name: keep the raw files for a month
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: night-\${{ github.run_id }}-\${{ github.run_attempt }}
          path: results
          retention-days: 30
      - name: commit summaries and nights
        if: always()
        run: |
          git config user.name "github-actions[bot]"
          git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
          git add --force results/nights/*/night.json results/nights/*/night.md
          git add --force results/*/manifest.json results/*/summary.csv results/*/comparison.csv
          git diff --cached --quiet || git commit --message "Night of $(date -u +%F)"
          git push
`;
}

const CONTAINER = `# Containerfile: docker build --tag herdbench --file Containerfile . ; then from a timer of the host, once for each slot:
#   docker run --rm --init --env-file herdbench.env --volume "$PWD:/data" herdbench
FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY src ./src
COPY providers ./providers
COPY scenarios ./scenarios
RUN mkdir /data && chown node /data
USER node
WORKDIR /data
# herdbench.json and results stand in /data. An interrupt ends a run in good order.
STOPSIGNAL SIGINT
ENTRYPOINT ["node", "/app/src/cli/bin.js", "nightly"]
`;
