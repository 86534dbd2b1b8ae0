"""A plan: who does what, how often, in which stage. The physio writes it; formcheck states facts, never changes it."""

from formcheck.plan.file import PlanFile, plan_path, read_plan
from formcheck.plan.form import Criterion, Plan, PlannedExercise, StagePlan
from formcheck.plan.spec import planned_spec
from formcheck.plan.status import RED_FLAGS, CriterionFact, PlanStatus, SetFact, WeekFact, read_status
from formcheck.plan.today import DayCourse, DayUpdate, Task, done_tasks, tasks_of

__all__ = [
    "RED_FLAGS",
    "Criterion",
    "CriterionFact",
    "DayCourse",
    "DayUpdate",
    "Plan",
    "PlanFile",
    "PlanStatus",
    "PlannedExercise",
    "SetFact",
    "StagePlan",
    "Task",
    "WeekFact",
    "done_tasks",
    "plan_path",
    "planned_spec",
    "read_plan",
    "read_status",
    "tasks_of",
]
