"""The repair cases of the demo: closed ones of the past weeks, and open ones in every state."""

from bot.demo.story import (
    VISITOR,
    Story,
    approve,
    confirm,
    days,
    estimate,
    finish,
    hours,
    minutes,
    reject,
    remark,
    report,
    start,
    triage,
    with_reason,
)
from workflows.repair.machine import A


def _done(ago: float, device: str, people: tuple[str, str, str], texts: tuple[str, str], cost: int) -> Story:
    """A small repair that went its whole way; `people`: reporter, engineer, and who confirmed."""
    reporter, engineer, confirmer = people
    fault, work = texts
    steps = [
        report(reporter, fault),
        triage(engineer, "现场检查后判断为小故障", cost, engineer),
        start(engineer),
        finish(engineer, work, cost),
        confirm(confirmer),
    ]
    return Story(device, days(ago), steps)


CLOSED = [
    _done(41, "CT-101", ("reporter", "engineer", "reporter"),
          ("床面升降有异响", "润滑导轨并紧固螺栓"), 0),
    _done(33, "MR-102", ("reporter", "engineer2", "depthead"),
          ("梯度冷却水温偏高报警", "清洗过滤器，水温恢复正常"), 350),
    _done(29, "LA-201", ("h2-reporter-rt", "h2-engineer", "h2-reporter-rt"),
          ("光野灯不亮", "更换灯泡并校准光野"), 280),
    _done(24, "PETCT-301", ("h3-reporter-nm", "h3-engineer2", "h3-depthead-nm"),
          ("工作站时钟不准", "重新同步时间"), 0),
    _done(19, "ROB-101", ("reporter-or", "engineer", "reporter-or"),
          ("机械臂三号自检未通过", "重新校准关节传感器"), 1200),
    _done(13, "CT-402", ("h4-reporter", "h4-engineer", "h4-reporter"),
          ("图像出现环状伪影", "执行空气校准后消失"), 0),
    _done(6, "GK-201", ("h2-reporter-rt", "h2-engineer2", "h2-depthead-rt"),
          ("治疗室门联锁偶发断开", "更换门磁开关"), 460),
    _done(4, "CT-103", (VISITOR, "engineer2", VISITOR),
          ("扫描时报高压打火", "清洁插头，老化训练后正常"), 0),
    Story("LA-101", days(27), [
        report("reporter-rt", "多叶光栅第 12 片不到位", down=True),
        triage("engineer", "电机老化，需更换", 18600, "engineer2", "critical"),
        approve("head"),
        start("engineer2"),
        finish("engineer2", "更换 12 号叶片电机", 18200),
        with_reason(A.REOPEN, "reporter-rt", "治疗中同一叶片再次报错"),
        remark("engineer2", "怀疑驱动板接触不良，已联系厂家"),
        finish("engineer2", "更换驱动板，连续测试 2 小时无报错", 21900),
        confirm("reporter-rt"),
    ], photos=2),
    Story("MR-301", days(16), [
        report("h3-reporter", "头线圈第 5 通道无信号"),
        triage("h3-engineer", "线圈需返厂", 46000, "h3-engineer", "urgent"),
        approve("h3-head"),
        start("h3-engineer"),
        finish("h3-engineer", "厂家更换线圈，信噪比测试合格", 45500),
        confirm("h3-depthead"),
    ], photos=1),
    Story("TOMO-101", days(9), [
        report("reporter-rt", "开机后显示器闪烁"),
        with_reason(A.CANCEL, "reporter-rt", "重启后恢复正常，误报"),
    ]),
]  # fmt: skip

OPEN = [
    Story("MR-101", minutes(9), [report("reporter", "扫描中断，提示射频放大器温度过高", down=True)], photos=1),
    Story("ROB-201", minutes(21), [report("h2-reporter-or", "内窥镜画面偏色")]),
    Story("PETCT-101", hours(2), [
        report("reporter-nm", "检查床水平移动卡滞"),
        triage("engineer", "丝杠磨损，需更换组件", 28600, "engineer2", "urgent"),
        remark("engineer", "厂家报价含两年保修"),
    ], photos=1),
    Story("LA-301", hours(3), [
        report("h3-reporter-rt", "剂量率波动超出允许范围", down=True),
        triage("h3-engineer", "磁控管寿命将尽", 185000, "h3-engineer2", "critical"),
    ]),
    Story("LA-102", days(1), [
        report("reporter-rt", "激光定位灯偏移 3 mm"),
        triage("engineer2", "建议整套更换", 36000, "engineer2"),
        reject("head", "先尝试调整，整套更换理由不足"),
    ]),
    Story("TOMO-101", days(2), [
        report("reporter-rt", "治疗床横向移动偏差超过 2 mm"),
        triage("engineer2", "编码器松动，需更换", 2600, "engineer2"),
        start("engineer2"),
        finish("engineer2", "更换编码器及床面驱动组件", 61500),
        with_reason(A.REFUSE_COST, "director", "请附驱动组件的报价依据"),
    ]),
    Story("CT-102", hours(5), [
        report("reporter", "球管旋转有摩擦声"),
        triage("engineer", "轴承早期磨损，先做保养", 0, "engineer", "urgent"),
    ], photos=1),
    Story("PETMR-101", hours(26), [
        report("reporter-nm", "氦压机压力偏低"),
        triage("engineer", "需补充氦气并更换吸附器", 32000, "engineer"),
        estimate("engineer", 29800, "厂家重新报价"),
        approve("head"),
    ]),
    Story("MRL-101", hours(7), [
        report("reporter-rt", "射束触发延迟报警"),
        triage("engineer2", "更新接口板固件", 0, "engineer2"),
        start("engineer2"),
    ]),
    Story("CT-401", hours(30), [
        report("h4-reporter", "准直器初始化失败", down=True),
        triage("h4-engineer", "准直器电机故障", 12800, "h4-engineer", "critical"),
        approve("h4-head"),
        start("h4-engineer"),
    ], photos=1),
    Story("GK-101", hours(6), [
        report("reporter-rt", "治疗床侧板松动"),
        triage("engineer2", "紧固并检查", 0, "engineer2"),
        start("engineer2"),
        finish("engineer2", "更换两颗螺栓，按手册力矩紧固", 60),
    ]),
    Story("XRS-101", hours(8), [
        report(VISITOR, "立体摄像头连接不稳定"),
        triage("engineer", "网线接头氧化", 0, "engineer"),
        start("engineer"),
        finish("engineer", "重做接头并绑扎线缆", 20),
    ], photos=1),
]  # fmt: skip

STORIES = [*CLOSED, *OPEN]
