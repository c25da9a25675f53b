/** Somebody whom no other test needs. */
export const wuyilan = `
  INSERT INTO users (id, username, name, mobile, department, ding_user_id, bound_at, bound_by, employee_code, updated_at)
  VALUES (gen_random_uuid(), 'wuyilan', '吴忆岚', '10099990001', '省数据资源管理局综合处', '270199', now(), 'PASSWORD',
    'GE_e2e', now())`;
