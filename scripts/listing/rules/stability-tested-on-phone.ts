import { isH5, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 8: 「用户使用手机访问，稳定性数据会自动上传。测试的时候建议使用手机流量进行测试」. */
export const stabilityTestedOnPhone = onlyFor(
  isH5,
  question({
    id: 'stability-tested-on-phone',
    section: '8',
    title: 'H5 加了稳定性代码后，用手机流量打开过，数据已上传。',
    severity: 'should',
    remedy: '重新发布后，用手机流量打开应用，再到稳定性平台看有没有数据。',
    question: { ask: '是否用手机流量打开过应用，并在稳定性平台看到数据？', evidence: '稳定性平台的截图' },
  }),
);
