import type { PrismaClient } from '../server/database/database.ts';

interface SampleNotice {
  title: string;
  body: string;
}

const written: readonly SampleNotice[] = [
  {
    title: '欢迎使用本应用',
    body:
      '您已通过浙政钉或钉钉免登进入应用，无需再输入用户名和密码。\n\n' +
      '首页显示最新的通知公告；点开一条即标记为已读；在“我的”里可以查看账号信息和退出登录。\n\n' +
      '使用中遇到问题，请把页面上的错误代码和请求编号告诉信息中心，便于查找原因。',
  },
  {
    title: '关于年末值班安排的通知',
    body:
      '各处室：\n\n年末值班表已经排定，请各处室于本周五前核对本处室人员的值班日期，需要调整的请与办公室联系。\n\n' +
      '值班期间请保持通讯畅通，重要情况第一时间报告。',
  },
  {
    title: '机房例行维护提示',
    body: '本周六 22:00 至 24:00 进行机房例行维护，期间部分业务系统可能短时中断。维护结束后自动恢复，无需操作。',
  },
  {
    title: '档案数字化培训报名',
    body: '档案数字化培训分两期举办，每期半天。请有意参加的同志在月底前向人事处报名，名额有限，报满为止。',
  },
  {
    title: '办公区节能倡议',
    body: '下班前请关闭电脑、照明和空调，少用一次性用品。节约每一度电，从身边小事做起。',
  },
];

/** Further rows, so that the list has several pages. */
const routine: readonly SampleNotice[] = Array.from({ length: 40 }, (_, index) => ({
  title: `工作简报第 ${40 - index} 期`,
  body: `本期简报摘要：\n\n一、重点工作进展。\n二、下一阶段安排。\n\n（示例内容，第 ${40 - index} 期）`,
}));

const newest = Date.parse('2026-11-20T01:00:00.000Z');
const oneDayMs = 24 * 3_600_000;

/** Adds the sample notices to a table that has none. @returns how many were added. */
export async function seedNotices(prisma: PrismaClient): Promise<number> {
  if ((await prisma.notice.count()) > 0) return 0;
  const author = await prisma.user.findUnique({ where: { username: 'admin' }, select: { id: true } });
  const { count } = await prisma.notice.createMany({
    data: [...written, ...routine].map((notice, index) => ({
      ...notice,
      authorId: author?.id ?? null,
      publishedAt: new Date(newest - index * oneDayMs),
    })),
  });
  return count;
}
