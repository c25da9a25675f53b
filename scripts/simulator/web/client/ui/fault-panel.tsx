import { defineComponent, ref } from 'vue';
import type { Device } from '../../../runtime/device.ts';
import { type FaultGroup, groups, type PanelFault } from '../faults.ts';
import type { Simulator } from '../simulator.ts';
import { card, quietButton, segments } from './parts.tsx';

const names = Object.keys(groups) as FaultGroup[];

/** The faults of one group to switch on and off, and the faults that are on. */
export const FaultPanel = defineComponent({
  props: { simulator: { type: Object, required: true } },
  setup(props) {
    const group = ref<FaultGroup>('network');
    return () => {
      const simulator = props.simulator as Simulator;
      const choices = names.map((name) => {
        const active = countActive(simulator, name);
        return { value: name, label: [groups[name].title, active > 0 && <b>{active}</b>] };
      });
      const clear = () => void simulator.clearFaults();
      return card(
        'fault-panel',
        '制造故障',
        quietButton('全部清除', simulator.state.active.size === 0, clear),
        <>
          <ActiveFaults simulator={simulator} />
          {segments(
            { name: 'fault-group', label: '故障的种类', chosen: group.value, wide: true },
            choices,
            (name) => {
              group.value = name;
            },
          )}
          <p class="hint">
            {groups[group.value].note}
            {group.value !== 'network' && (
              <button
                type="button"
                class="quiet"
                title="清除存储并冷启动"
                onClick={() => simulator.signInAnew()}
              >
                重新登录一次
              </button>
            )}
          </p>
          <ul class="faults">
            {simulator.faults
              .filter((fault) => fault.group === group.value)
              .map((fault) => (
                <FaultRow key={fault.id} simulator={simulator} fault={fault} />
              ))}
          </ul>
          <Once simulator={simulator} />
        </>,
      );
    };
  },
});

function countActive(simulator: Simulator, group: FaultGroup): number {
  return simulator.faults.filter((fault) => fault.group === group && simulator.isActive(fault.id)).length;
}

function ActiveFaults({ simulator }: { simulator: Simulator }) {
  const active = simulator.faults.filter((fault) => simulator.isActive(fault.id));
  if (active.length === 0) return <p class="active-faults calm">一切正常，没有故障。</p>;
  return (
    <p class="active-faults">
      <span>正在发生</span>
      {active.map((fault) => (
        <button type="button" class="chip" onClick={() => void simulator.toggle(fault.id)}>
          {fault.title}
          <span aria-hidden="true">×</span>
          <span class="visually-hidden">，点一下关闭</span>
        </button>
      ))}
    </p>
  );
}
ActiveFaults.props = ['simulator'];

function FaultRow({ simulator, fault }: { simulator: Simulator; fault: PanelFault }) {
  const unavailable = fault.emulator !== undefined && simulator.setup.emulator === null;
  return (
    <li>
      <label class="fault" title={unavailable ? '需要平台仿真' : undefined}>
        <span class="fault-text">
          <strong>{fault.title}</strong>
          <span>{fault.effect}</span>
        </span>
        <input
          type="checkbox"
          data-fault={fault.id}
          disabled={unavailable}
          checked={simulator.isActive(fault.id)}
          onChange={() => void simulator.toggle(fault.id)}
        />
      </label>
    </li>
  );
}
FaultRow.props = ['simulator', 'fault'];

const httpErrors: Readonly<Record<Device['httpErrors'], string>> = {
  fail: '只给错误号 19',
  'fail-with-status': '错误号 19，带状态',
  'fail-with-body': '错误号 19，带内容',
  'fail-with-data': '错误号 19，带状态和内容',
  success: '按成功返回，状态在 status 里',
  'success-with-text': '按成功返回，状态是文字',
  'success-with-body': '按成功返回，只有内容',
};

/** Events that happen once, and the differences between clients. */
function Once({ simulator }: { simulator: Simulator }) {
  return (
    <div class="once">
      <div class="once-actions">
        {simulator.isMini && (
          <button
            type="button"
            disabled={!simulator.state.canRevoke}
            onClick={() => void simulator.revokeSession()}
            title="服务端结束这个会话，手机上的令牌还在"
          >
            撤销会话
          </button>
        )}
        <button
          type="button"
          disabled={simulator.setup.emulator === null}
          onClick={() => void simulator.expireAppToken()}
          title="平台让应用凭证立即失效一次"
        >
          应用凭证过期
        </button>
      </div>
      {simulator.isMini && (
        <label class="select">
          <span>遇到 HTTP 错误时，客户端</span>
          <select
            value={simulator.state.httpErrors}
            onChange={(event) =>
              simulator.setHttpErrors((event.target as HTMLSelectElement).value as Device['httpErrors'])
            }
          >
            {Object.entries(httpErrors).map(([value, text]) => (
              <option value={value}>{text}</option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
Once.props = ['simulator'];
