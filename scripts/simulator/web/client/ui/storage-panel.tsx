import { defineComponent, ref } from 'vue';
import type { Simulator } from '../simulator.ts';
import { card, quietButton } from './parts.tsx';

/** The mini program's storage for this person, to view, change and delete. */
export const StoragePanel = defineComponent({
  props: { simulator: { type: Object, required: true } },
  setup(props) {
    const editing = ref<{ key: string; text: string } | undefined>();
    const save = (): void => {
      const { value } = editing;
      if (value && (props.simulator as Simulator).setStored(value.key, value.text)) editing.value = undefined;
    };
    const leave = (): void => {
      editing.value = undefined;
    };
    return () => {
      const simulator = props.simulator as Simulator;
      const { storage } = simulator.state;
      return card(
        'storage',
        '本地存储',
        quietButton('全部删除', storage.length === 0, () => simulator.clearStorage()),
        <>
          {storage.length === 0 && <p class="hint">这个人在本应用里没有存储任何内容。</p>}
          <ul>
            {storage.map(({ key, value }) => (
              <li key={key}>
                <details>
                  <summary>
                    <code>{key}</code>
                    <span class="storage-size">{value.length} 个字符</span>
                  </summary>
                  {editing.value?.key === key ? (
                    <>
                      <textarea
                        aria-label={`${key} 的内容，JSON`}
                        rows={10}
                        spellcheck={false}
                        value={editing.value.text}
                        onInput={(event) => {
                          editing.value = { key, text: (event.target as HTMLTextAreaElement).value };
                        }}
                      />
                      <button type="button" onClick={save}>
                        保存
                      </button>
                      {quietButton('取消', false, leave)}
                    </>
                  ) : (
                    <>
                      <pre>{indented(value)}</pre>
                      <button
                        type="button"
                        onClick={() => {
                          editing.value = { key, text: indented(value) };
                        }}
                      >
                        修改
                      </button>
                      {quietButton('删除', false, () => simulator.removeStored(key))}
                    </>
                  )}
                </details>
              </li>
            ))}
          </ul>
        </>,
      );
    };
  },
});

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
