import type { DeployPlan } from './plan.ts';

/** Where a release is installed on the servers of the application. */
export const installRoot = (plan: Pick<DeployPlan, 'name'>): string => `/opt/${plan.name}`;

/** The system user of the service; Linux takes 32 characters. */
export const systemUser = (plan: Pick<DeployPlan, 'name'>): string => plan.name.slice(0, 31);

/**
 * The template unit of an instance, `<name>@3001.service`: the port is the instance's name.
 *
 * The stop has more time than the server itself takes (server/jobs/stopping.ts: 10 s, then it ends by itself), so
 * systemd never kills a process that is still answering. `MemoryDenyWriteExecute` is left out: V8 compiles while
 * it runs.
 */
export function serviceUnit(plan: DeployPlan): string {
  const root = installRoot(plan);
  const user = systemUser(plan);
  return `# ${plan.appName}的一个实例，名字里 @ 后面是端口。由 npm run deploy:files 生成。
# 放到 /etc/systemd/system/${plan.name}@.service，然后 systemctl daemon-reload。
[Unit]
Description=${plan.appName}（端口 %i）
After=network-online.target
Wants=network-online.target
PartOf=${plan.name}.target
# 数据库暂时连不上时启动会失败：一直试下去。
StartLimitIntervalSec=0

[Service]
Type=simple
User=${user}
Group=${user}
WorkingDirectory=${root}/current
Environment=NODE_ENV=production PORT=%i
# 没有用自带的 Node.js 时，改成 which node 显示的路径。
ExecStart=${root}/node/bin/node dist/server/main.js
Restart=always
RestartSec=2
# 停止：先让网关知道，再处理完手上的请求。服务自己最多用 10 秒。
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=15
LimitNOFILE=65536
StandardOutput=journal
StandardError=journal
SyslogIdentifier=${plan.name}-%i

# 只读的系统，看不到别人的文件，没有特权。
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
CapabilityBoundingSet=
AmbientCapabilities=
UMask=0077

[Install]
WantedBy=${plan.name}.target
`;
}

/** Every instance of one machine at once. */
export function targetUnit(plan: DeployPlan): string {
  return `# ${plan.appName}在这台机器上的全部实例。放到 /etc/systemd/system/${plan.name}.target。
[Unit]
Description=${plan.appName}（全部实例）

[Install]
WantedBy=multi-user.target
`;
}
