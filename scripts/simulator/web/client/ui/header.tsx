import { H5_PAGE } from '../../setup.ts';
import { platforms, type Simulator } from '../simulator.ts';

/** Name of the page, and the way to everything else that runs on this machine. */
export function Header({ simulator }: { simulator: Simulator }) {
  const { isMini } = simulator;
  const { servers, emulator, h5 } = simulator.setup;
  const server = servers[simulator.state.platform];
  return (
    <header class="top">
      <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
        <rect x="7" y="2" width="18" height="28" rx="4.5" fill="#1677ff" />
        <rect x="10" y="6" width="12" height="17" rx="1.5" fill="#fff" />
        <circle cx="16" cy="26.5" r="1.4" fill="#fff" />
      </svg>
      <div class="top-title">
        <h1>{isMini ? '小程序模拟器' : 'H5 模拟器'}</h1>
        <p>{isMini ? '点手机试用' : '点页面试用'}；换一个人打开，或者制造一个故障，看看会发生什么</p>
      </div>
      <nav class="top-links" aria-label="相关地址">
        {h5 && <a href={isMini ? H5_PAGE : '/'}>{isMini ? 'H5 页面' : '小程序'}</a>}
        {server !== null && (
          <a href={`${server}/console`} target="_blank" rel="noreferrer">
            管理后台
          </a>
        )}
        {server !== null && (
          <a href={`${server}/docs`} target="_blank" rel="noreferrer">
            接口文档
          </a>
        )}
        {server !== null && (
          <a href={`${server}/readyz`} target="_blank" rel="noreferrer">
            {platforms[simulator.state.platform]}服务端 <span class="address">{new URL(server).host}</span>
          </a>
        )}
        {emulator !== null && (
          <a href={`${emulator}/_emulator/calls/recent`} target="_blank" rel="noreferrer">
            平台调用记录
          </a>
        )}
      </nav>
    </header>
  );
}
Header.props = ['simulator'];
