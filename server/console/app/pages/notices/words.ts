import type { Delivery, NoticeRow, NoticeState } from '../../../../contract/notices.ts';
import { dateTime, number } from '../../format.ts';

export const stateNames: Readonly<Record<NoticeState, string>> = {
  draft: '草稿',
  published: '已发布',
  withdrawn: '已撤回',
};

/** The time of its present state. */
export function sinceText({ state, updatedAt, publishedAt, withdrawnAt }: NoticeRow): string {
  if (state === 'draft') return `${dateTime(updatedAt)} 修改`;
  return state === 'published' ? `${dateTime(publishedAt)} 发布` : `${dateTime(withdrawnAt)} 撤回`;
}

// part: messages
/** The states of the work notifications, one line each; empty if nobody was notified. */
export function deliveryLines(delivery: Delivery): { text: string; bad: boolean }[] {
  const lines: [number, string, boolean][] = [
    [delivery.sent, '平台已收下', false],
    [delivery.waiting, '等待发送', false],
    [delivery.failed, '没有发出', true],
    [delivery.uncertain, '不确定是否送达', true],
    [delivery.recalled, '已撤回', false],
    [delivery.recalling, '正在撤回', false],
    [delivery.cancelled, '发出之前就取消了', false],
    [delivery.kept, '已送达，撤不回了', true],
  ];
  return lines
    .filter(([people]) => people > 0)
    .map(([people, text, bad]) => ({ text: `${text}：${number(people)} 人`, bad }));
}
