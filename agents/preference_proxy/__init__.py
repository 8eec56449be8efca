"""The preference proxy: the person's taste, asked in words and answered with citations."""

from agents.preference_proxy.proxy import PreferenceProxy, Recall, question_for

__all__ = ["PreferenceProxy", "Recall", "question_for"]
