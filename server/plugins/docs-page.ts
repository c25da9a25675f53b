/** What Swagger's page says in English, by its own words. */
const words: Readonly<Record<string, string>> = {
  Authorize: '填写令牌',
  'Available authorizations': '登录方式',
  Cancel: '取消',
  Clear: '清除',
  Close: '关闭',
  Code: '状态码',
  Curl: 'curl 命令',
  Description: '说明',
  Details: '详情',
  Download: '下载',
  'Edit Value': '修改',
  'Example Description': '例子说明',
  'Example Value': '例子',
  Examples: '例子',
  'Examples:': '例子：',
  Execute: '发送',
  Links: '链接',
  Loading: '正在发送',
  Logout: '清除令牌',
  'Media type': '格式',
  Name: '名称',
  'No links': '无',
  'No parameters': '没有参数',
  Parameters: '参数',
  'Request body': '请求内容',
  'Request URL': '请求地址',
  Reset: '恢复',
  'Response body': '应答内容',
  'Response headers': '应答头',
  Responses: '应答',
  Schema: '结构',
  'Server response': '服务端的应答',
  'Try it out': '试一试',
  Undocumented: '见下面的例子',
  'Default Response': '应答',
  'Controls Accept header.': '',
  required: '必填',
};

/**
 * The page's script: Chinese words, and a bar that signs one of the emulator's people in by one click. It runs before
 * Swagger's own start, on window.onload.
 */
export const pageScript = `
const words = ${JSON.stringify(words)};
document.documentElement.lang = 'zh-CN';
const say = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text, className: className || '' });

function translate(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeValue.trim();
    // What people and the server have written stays.
    if (text in words && !node.parentElement.closest('pre, textarea, .markdown, .docs-bar')) node.nodeValue = node.nodeValue.replace(text, words[text]);
  }
}
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === 1) translate(node);
}).observe(document.body, { childList: true, subtree: true });

let ui = null;
const bundle = window.SwaggerUIBundle;
window.SwaggerUIBundle = Object.assign((config) => (ui = bundle(config)), bundle);

const bar = document.body.insertBefore(say('section', '', 'docs-bar'), document.body.firstChild);
bar.append(say('strong', '接口文档'));
const send = async (url, body) => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).message);
  return answer.json();
};

async function signIn(person, told) {
  try {
    const { authCode } = await send('/docs/auth-code', { person: person.key });
    const outcome = await send('/api/auth/login', { authCode });
    if (outcome.outcome !== 'signed-in') return told.replaceChildren(person.name + '没有登录：' + outcome.outcome);
    const { token } = outcome.session;
    ui.preauthorizeApiKey('bearer', token);
    const copy = say('button', '复制令牌');
    copy.onclick = () => navigator.clipboard.writeText(token).then(() => (copy.textContent = '已复制'));
    told.replaceChildren('已用' + person.name + '登录，下面的请求都带着令牌。', say('code', token), copy);
  } catch (error) {
    told.replaceChildren(String(error.message));
  }
}

fetch('/docs/people').then((answer) => answer.json()).then(({ people }) => {
  const told = say('span', '');
  told.setAttribute('role', 'status');
  if (people.length === 0) {
    bar.append('连着真实的平台：在应用里登录后，从请求的 Authorization 里复制令牌，填到“填写令牌”。');
    return;
  }
  bar.append('取得令牌：');
  for (const person of people) {
    const button = say('button', person.name);
    button.title = person.note;
    button.onclick = () => signIn(person, told);
    bar.append(button);
  }
  bar.append(told);
});
`;

export const pageStyle = `
.docs-bar { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; padding: 12px 20px; background: #0f66e0; color: #fff; font: 14px/1.6 sans-serif; }
.docs-bar strong { font-size: 18px; margin-right: 12px; }
.docs-bar button { padding: 4px 14px; border: 0; border-radius: 4px; background: #fff; color: #0f5cc9; font: inherit; cursor: pointer; }
.docs-bar [role=status] { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.docs-bar code { overflow-wrap: anywhere; }
.swagger-ui .topbar { display: none; }
`;
