/**
 * SQL that adds so many people ($1) as a province's offices have them: names of two and three characters, mobile
 * numbers of a range that no carrier has, departments of a city, a bureau and an office; three of five bound, one of a
 * hundred disabled, one of three hundred gone, a few administrators and auditors, 超级高管 one of a hundred thousand. Later
 * ones have greater ids, like the server's. All of them are invented.
 */
export const manyPeople = `
  INSERT INTO users (id, username, name, mobile, department, role, status, ding_user_id, employee_code,
    is_super_executive, bound_at, bound_by, left_at, created_at, updated_at)
  SELECT
    ('0190' || lpad(to_hex(n), 8, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid,
    'user' || n,
    (ARRAY['赵','钱','孙','李','周','吴','郑','王','冯','陈','褚','卫','蒋','沈','韩','杨','张','朱','秦','许'])[1 + a % 20]
      || (given.list)[1 + a / 20 % 30] || CASE WHEN n % 3 = 0 THEN '' ELSE (given.list)[1 + a / 600 % 30] END,
    '10' || lpad((n * 7919::bigint % 1000000000)::text, 9, '0'),
    (ARRAY['杭州市','宁波市','温州市','嘉兴市','湖州市','绍兴市','金华市','衢州市','舟山市','台州市','丽水市'])[1 + b % 11]
      || (ARRAY['数据资源管理局','财政局','教育局','公安局','人力资源和社会保障局','自然资源和规划局','生态环境局',
        '卫生健康委员会','市场监督管理局','交通运输局','水利局','农业农村局','文化广电旅游局','审计局','司法局',
        '民政局','统计局','信访局'])[1 + b / 11 % 18]
      || (ARRAY['办公室','综合处','人事处','法规处','信息中心'])[1 + b / 200 % 5],
    (CASE WHEN n % 5000 = 7 THEN 'ADMIN' WHEN n % 5000 = 8 THEN 'AUDITOR' ELSE 'USER' END)::"Role",
    (CASE WHEN n % 97 = 0 THEN 'DISABLED' ELSE 'ACTIVE' END)::"UserStatus",
    CASE WHEN n % 5 < 3 THEN 'p' || n END,
    CASE WHEN n % 5 < 3 THEN 'GE_' || substr(h, 1, 12) END,
    n % 100000 = 50,
    CASE WHEN n % 5 < 3 THEN now() - n * interval '1 second' END,
    (CASE WHEN n % 5 < 3 THEN (CASE WHEN n % 2 = 0 THEN 'PASSWORD' ELSE 'MOBILE' END) END)::"BoundBy",
    CASE WHEN n % 311 = 1 THEN now() - interval '3 days' END,
    now() - interval '30 days', now() - interval '30 days'
  FROM generate_series(1, $1::int) AS n,
    LATERAL (SELECT md5(n::text) AS h, ('x' || substr(md5(n::text), 1, 7))::bit(28)::int AS a,
      ('x' || substr(md5(n::text), 8, 7))::bit(28)::int AS b) AS random,
    (SELECT ARRAY['伟','芳','娜','敏','静','丽','强','磊','军','洋','勇','艳','杰','娟','涛','明','超','秀','霞','平',
      '刚','桂','英','华','玉','兰','红','建','国','文'] AS list) AS given`;
