import { defineComponent, onMounted, onUnmounted, ref } from 'vue';
import type { Simulator } from '../simulator.ts';

/** The phone itself, and below it what a hand does with it. */
export function PhoneColumn({ simulator }: { simulator: Simulator }) {
  const { state } = simulator;
  return (
    <section class="phone-column" aria-label="手机">
      <div class="phone">
        <StatusBar />
        <Screen simulator={simulator} />
        {state.problems.length > 0 && <Problems simulator={simulator} />}
      </div>
      <fieldset class="phone-tools" aria-label="手机操作">
        <button type="button" onClick={() => simulator.restart('cold')} title="小程序被结束后重新打开">
          冷启动
        </button>
        <button type="button" onClick={() => simulator.restart('warm')} title="切到别的应用再回来">
          热启动
        </button>
        <button type="button" onClick={() => simulator.pullDown()}>
          下拉刷新
        </button>
        <button type="button" onClick={() => simulator.clearStorage()} title="清除这个人在本应用的本地存储">
          清除存储
        </button>
      </fieldset>
      <p class="phone-note">这是预览。上线前请按 scripts/docs/simulator.md 的清单在真机上核对。</p>
    </section>
  );
}
PhoneColumn.props = ['simulator'];

/** The phone draws into a shadow root, so that styles of this page and of the mini program do not mix. */
const Screen = defineComponent({
  props: { simulator: { type: Object, required: true } },
  setup(props) {
    const mount = ref<HTMLElement>();
    onMounted(() => {
      const screen = document.createElement('div');
      screen.style.height = '100%';
      mount.value?.attachShadow({ mode: 'open' }).append(screen);
      (props.simulator as Simulator).attach(screen);
    });
    return () => <div class="phone-screen" ref={mount} />;
  },
});

const StatusBar = defineComponent({
  setup() {
    const now = ref(new Date());
    let timer = 0;
    onMounted(() => {
      timer = window.setInterval(() => {
        now.value = new Date();
      }, 10_000);
    });
    onUnmounted(() => window.clearInterval(timer));
    return () => (
      <div class="status-bar" aria-hidden="true">
        <span>{now.value.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' })}</span>
        <svg viewBox="0 0 58 14" aria-hidden="true">
          <path d="M1 9h2v4H1zM5 7h2v6H5zM9 4h2v9H9zM13 1h2v12h-2z" />
          <path
            d="M20 5.2a9.2 9.2 0 0 1 12 0M22.2 8a5.6 5.6 0 0 1 7.6 0"
            fill="none"
            stroke="currentColor"
            stroke-width="1.7"
            stroke-linecap="round"
          />
          <circle cx="26" cy="11.2" r="1.6" />
          <rect
            x="37.6"
            y="2.6"
            width="16"
            height="9"
            rx="2.4"
            fill="none"
            stroke="currentColor"
            stroke-width="1.2"
          />
          <rect x="39.4" y="4.4" width="11" height="5.4" rx="1" />
          <rect x="55" y="5.4" width="1.8" height="3.4" rx=".9" />
        </svg>
      </div>
    );
  },
});

/** Shows mistakes in the sources over the phone, which goes on with the last version without mistakes. */
function Problems({ simulator }: { simulator: Simulator }) {
  const { problems } = simulator.state;
  return (
    <div class="problems" role="alert">
      <h2>小程序源码有错误</h2>
      <ul>
        {problems.map((problem) => (
          <li>
            <code>
              {problem.file}:{problem.line}:{problem.column}
            </code>
            <strong>{problem.message}</strong>
            <span>{problem.hint}</span>
          </li>
        ))}
      </ul>
      <p>改好后保存，会自动更新。</p>
    </div>
  );
}
Problems.props = ['simulator'];
