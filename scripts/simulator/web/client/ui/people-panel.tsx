import type { EmulatedPerson } from '../../../../emulator/people.ts';
import type { Platform } from '../../../runtime/device.ts';
import { platforms, type Simulator } from '../simulator.ts';
import { card, segments } from './parts.tsx';

/** Who opens the app, and in which client. */
export function PeoplePanel({ simulator }: { simulator: Simulator }) {
  const { people, setup } = simulator;
  return card(
    'people-panel',
    '谁打开应用',
    platformSwitch(simulator),
    <>
      {setup.emulator === null && <RealPlatform />}
      {setup.emulator !== null && people.length === 0 && (
        <p class="callout">平台仿真没有应答。请确认 npm run dev 还在运行，然后刷新本页。</p>
      )}
      {people.length > 0 && (
        <p class="hint">点一个人，就用这个人的身份打开{simulator.isMini ? '小程序' : ' H5 页面'}。</p>
      )}
      {people.length > 0 && (
        <div class="people" role="radiogroup" aria-labelledby="people-panel-title">
          {people.map((person) => (
            <Person key={person.key} simulator={simulator} person={person} />
          ))}
        </div>
      )}
    </>,
  );
}
PeoplePanel.props = ['simulator'];

function platformSwitch(simulator: Simulator) {
  const { servers } = simulator.setup;
  const choices = (Object.keys(platforms) as Platform[]).map((platform) => ({
    value: platform,
    label: platforms[platform],
    missing: servers[platform] === null ? `没有启动${platforms[platform]}的服务端` : undefined,
  }));
  const chosen = simulator.state.platform;
  return segments({ name: 'platform', label: '客户端', chosen }, choices, (platform) =>
    simulator.choose({ platform }),
  );
}

function Person({ simulator, person }: { simulator: Simulator; person: EmulatedPerson }) {
  return (
    <label class="person">
      <input
        type="radio"
        name="person"
        value={person.key}
        checked={simulator.state.person === person.key}
        onChange={() => simulator.choose({ person: person.key })}
      />
      <span
        class="person-avatar"
        aria-hidden="true"
        data-account={person.standing === 'member' ? person.account : 'none'}
      >
        {person.name.slice(-1)}
      </span>
      <span class="person-text">
        <strong>{person.name}</strong>
        <span>{person.note}</span>
      </span>
    </label>
  );
}
Person.props = ['simulator', 'person'];

function RealPlatform() {
  return (
    <div class="callout">
      <strong>正在使用真实平台的凭证</strong>
      <p>免登码只有浙政钉、钉钉客户端能发，本机不能代替，所以这里的登录会停在“没有拿到登录凭证”。</p>
      <ul>
        <li>想在本机走完整流程：把 .env 里的平台凭证注释掉，重新运行 npm run dev，会改用平台仿真。</li>
        <li>想验证真实平台：用小程序开发者工具打开本项目，在真机上预览。</li>
      </ul>
    </div>
  );
}
