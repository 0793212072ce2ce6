# Cases for jupyter_kernel_test, Jupyter's own test of kernels. KERNEL=deno tries Deno's kernel beside ours.
import json, os, tempfile, time, unittest, queue
import jupyter_kernel_test as jkt
from jupyter_client.manager import KernelManager, start_new_kernel
jkt.TIMEOUT = 45
K=os.environ.get("KERNEL","sightline")
DENO = K=="deno"
PNG="iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
class T(jkt.KernelTests):
    kernel_name=K
    language_name="typescript"
    file_extension=".ts"
    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=cls.kernel_name, startup_timeout=180)
    def execute_helper(self, code, timeout=120, **kw): return super().execute_helper(code, timeout=45, **kw)
    code_hello_world="console.log('hello, world')"
    code_stderr="console.error('oops')"
    completion_samples=[
      {"text":"Math.flo","matches":{"floor"} if not DENO else {"Math.floor"}} ,
      {"text":"consol"},
    ]
    complete_code_samples=["1","const a: number = 1","function f(){\n return 1\n}","f()"]
    incomplete_code_samples=["function f(){","const a = [1,","if (true) {","`abc"]
    invalid_code_samples=["const = 5","let 1x = 2;",")("]
    code_generate_error="throw new Error('bad thing')"
    code_execute_result=[{"code":"1+2+3","result":"6"},{"code":"[1,2].map(x=>x*2)","mime":"text/plain"}]
    code_display_data=([{"code":"import * as tslab from 'tslab'; tslab.display.html('<b>x</b>')","mime":"text/html"},
      {"code":"import * as tslab from 'tslab'; tslab.display.svg('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')","mime":"image/svg+xml"},
      {"code":"import * as tslab from 'tslab'; tslab.display.png(Buffer.from('%s','base64'))"%PNG,"mime":"image/png"},
      {"code":"import * as tslab from 'tslab'; tslab.display.markdown('# x')","mime":"text/markdown"},
      {"code":"import * as tslab from 'tslab'; tslab.display.javascript('1')","mime":"application/javascript"},
      {"code":"import * as tslab from 'tslab'; tslab.display.raw('application/json','{\"a\":1}')","mime":"application/json"}] if not DENO else
      [{"code":"await Deno.jupyter.display({'text/html':'<b>x</b>'},{raw:true})","mime":"text/html"}])
    code_history_pattern="1?2*"
    supported_history_operations=("tail","range","search")
    code_inspect_sample="console"
    code_clear_output = "await Deno.jupyter.broadcast('clear_output',{wait:false})" if DENO else "console.log('old'); console.clear()"
    # ---- extras
    def msgs(self, code, **kw): return self.execute_helper(code, **kw)
    def test_x_inspect_variable_docs(self):
        self.flush_channels(); self.msgs("/** Adds two numbers. */ function addUp(a: number, b: number): number { return a + b }")
        self.flush_channels(); self.kc.inspect("addUp", 3); r=self.get_non_kernel_info_reply(timeout=60)
        print("INSPECT", r["content"])
        self.assertTrue(r["content"]["found"]); self.assertIn("Adds two", str(r["content"]["data"]))
    def test_x_inspect_not_found(self):
        self.flush_channels(); self.kc.inspect("nosuchthing_zz", 3); r=self.get_non_kernel_info_reply(timeout=60)
        print("NF", r["content"]); self.assertFalse(r["content"]["found"])
    def test_x_user_expressions(self):
        self.flush_channels()
        mid=self.kc.execute("let ue = 5", user_expressions={"v":"ue+1"}); r=self.get_non_kernel_info_reply(timeout=60)
        print("UE", r["content"])
        self.assertIn("v", r["content"]["user_expressions"])
    def test_x_store_history_false(self):
        self.flush_channels()
        r1,_=self.msgs("1"); r2,_=self.msgs("2", store_history=False); r3,_=self.msgs("3")
        print("COUNTS", [r["content"]["execution_count"] for r in (r1,r2,r3)])
        self.assertEqual(r3["content"]["execution_count"], r1["content"]["execution_count"]+1)
    def test_x_silent(self):
        self.flush_channels()
        r1,_=self.msgs("1"); r2,m=self.msgs("2; console.log('s')", silent=True); r3,_=self.msgs("3")
        print("SILENT", [x["msg_type"] for x in m])
        self.assertEqual(r3["content"]["execution_count"], r1["content"]["execution_count"]+1)
    def test_x_stop_on_error(self):
        self.flush_channels()
        # The first cell fails when all three have been sent, and a round trip of the control channel later.
        go=os.path.join(tempfile.mkdtemp(), "go")
        failing="const { existsSync } = require('node:fs'); while (!existsSync(%s)) await new Promise((r) => setTimeout(r, 5)); throw new Error('first')" % json.dumps(go)
        ids=[self.kc.execute(failing), self.kc.execute("1"), self.kc.execute("2")]
        self.kc.control_channel.send(self.kc.session.msg("kernel_info_request", {}))
        self.kc.get_control_msg(timeout=60)
        open(go, "w").close()
        st={}
        while len(st)<3:
            m=self.kc.get_shell_msg(timeout=60); st[m["parent_header"]["msg_id"]]=m["content"]["status"]
        print("STOP", [st[i] for i in ids]); self.assertEqual(st[ids[0]],"error"); self.assertIn(st[ids[1]],("aborted","error"))
    def test_x_comm(self):
        self.flush_channels()
        m=self.kc.session.msg("comm_open",{"comm_id":"c1","target_name":"nosuch","data":{}})
        self.kc.shell_channel.send(m)
        got=[]
        while not any(t=="comm_close" for t,_ in got):
            try: x=self.kc.get_iopub_msg(timeout=45)
            except queue.Empty: break
            got.append((x["msg_type"], x["content"]))
        print("COMM", got)
        self.assertTrue(any(t=="comm_close" for t,_ in got), "spec: kernel must answer comm_open of an unknown target with comm_close")
    def test_x_comm_info(self):
        self.flush_channels(); self.kc.comm_info(); r=self.get_non_kernel_info_reply(timeout=60)
        self.assertEqual(r["msg_type"],"comm_info_reply")
    def test_x_stdin(self):
        self.flush_channels()
        code = "const who = prompt('who?'); console.log('hi '+who)" if DENO else "import * as rl from 'node:readline/promises'; const r_ = rl.createInterface({input:process.stdin, output:process.stdout}); const who_ = await r_.question('who? '); r_.close(); console.log('hi '+who_)"
        self.kc.execute(code, allow_stdin=True)
        try:
            m=self.kc.get_stdin_msg(timeout=45)
        except queue.Empty:
            self.km.interrupt_kernel(); r=self.get_non_kernel_info_reply(timeout=60); print("STDIN reply", r and r["content"]); self.fail("no input_request")
        print("STDIN", m["content"]); self.kc.input("bob"); r=self.get_non_kernel_info_reply(timeout=60)
        self.assertEqual(r["content"]["status"],"ok")
    def _interrupt(self, code):
        # What it shows is sent at once, so that it is known to run.
        show="await Deno.jupyter.broadcast('display_data',{data:{'text/plain':'begun'},metadata:{},transient:{}}); " if DENO else "require('tslab').display.text('begun'); "
        self.flush_channels(); self.msgs("globalThis.keep = 41"); self.flush_channels()
        self.kc.execute(show+code)
        while self.kc.get_iopub_msg(timeout=45)["msg_type"]!="display_data": pass
        t=time.time(); self.km.interrupt_kernel()
        r=self.kc.get_shell_msg(timeout=45); print("INT", code[:40], round(time.time()-t,2), r["content"].get("status"), r["content"].get("ename"), r["content"].get("evalue"))
        self.assertEqual(r["content"]["status"],"error"); self.assertTrue(self.km.is_alive())
        # execute_helper wants IOPub to hold nothing of the cell before, which nobody has read here.
        self.flush_channels()
        r,m=self.msgs("(globalThis as any).keep"); self.assertEqual(r["content"]["status"],"ok")
        print("INT kept", [x["content"]["data"]["text/plain"] for x in m if x["msg_type"]=="execute_result"])
        self.assertTrue(any("41" in x["content"]["data"]["text/plain"] for x in m if x["msg_type"]=="execute_result"))
    def test_y_interrupt_await(self): self._interrupt("await new Promise(r => setTimeout(r, 60000))")
    def test_y_interrupt_loop(self): self._interrupt("while (true) {}")
    def test_zz_interrupt_after_await_loop(self): self._interrupt("await null; for(;;){}")
    def test_y_shutdown(self):
        km,kc=start_new_kernel(kernel_name=K, startup_timeout=180)
        kc.shutdown(); r=kc.get_control_msg(timeout=45) if hasattr(kc,'get_control_msg') else None
        print("SHUT", r and r["content"]); t=time.time()
        while km.is_alive() and time.time()-t<45: time.sleep(.1)
        print("SHUT took", round(time.time()-t,2)); alive=km.is_alive(); km.shutdown_kernel(now=True); self.assertFalse(alive)
    def test_y_restart(self):
        km,kc=start_new_kernel(kernel_name=K, startup_timeout=180)
        kc.execute_interactive("let kk = 1", timeout=60, output_hook=lambda m:None)
        km.restart_kernel(); kc.wait_for_ready(timeout=180)
        r=kc.execute_interactive("kk", timeout=60, output_hook=lambda m:None); print("RESTART", r["content"]["status"]); km.shutdown_kernel(now=True)
        self.assertEqual(r["content"]["status"],"error")
class W(jkt.IopubWelcomeTests):
    kernel_name=K
    support_iopub_welcome = True
    def test_recv_iopub_welcome_msg(self):
        self.kc.start_channels()
        try: m=self.kc.get_iopub_msg(timeout=45)
        except queue.Empty: self.fail("no iopub_welcome")
        print("WELCOME", m["msg_type"]); self.assertEqual(m["msg_type"],"iopub_welcome")
