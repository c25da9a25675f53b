import { variablesOfFile } from '../config/environment-file.ts';
import type { RoleName } from '../contract/auth.ts';
import { faultResponses } from '../contract/errors.ts';
import { type SettingRow, settingsPage } from '../contract/operations.ts';
import { routes } from '../plugins/core.ts';

/** The route for the app's settings, which are read at the start. */
export const settingsRoutes = routes('settings', ['administrators'], async (app) => {
  app.get(
    '/api/admin/settings',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] as RoleName[] },
      schema: {
        tags: ['管理：配置'],
        summary: '应用的配置和每一项的来源；密钥、令牌、密码不显示，只说设置了没有',
        response: { 200: settingsPage, ...faultResponses },
      },
    },
    async () => ({
      items: [...app.config.settings].map(
        ([id, { value, isSet, plain }]): SettingRow => ({
          id,
          value: plain ? value : null,
          secret: !plain,
          source: isSet ? (variablesOfFile.has(id) ? 'file' : 'environment') : 'default',
        }),
      ),
    }),
  );
});
