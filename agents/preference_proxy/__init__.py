"""The preference proxy: the person's taste, asked in words and answered with citations."""

from agents.preference_proxy.proxy import PreferenceProxy, question_for

__all__ = ["PreferenceProxy", "question_for"]
