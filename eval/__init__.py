"""Evaluation: measures answers, citations, abstention, retrieval and speed on a test set, with honest intervals."""

from __future__ import annotations

from eval.bench import Mode
from eval.loading import load_testset
from eval.report import Report
from eval.runner import run
from eval.testset import Question, TestSet

__all__ = ["Mode", "Question", "Report", "TestSet", "load_testset", "run"]
