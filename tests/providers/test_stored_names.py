"""What Pulumi keeps of a provider in the state: its module and class name, for good.

A failure here means that `refresh` and `destroy` of existing stacks would end with
ModuleNotFoundError. Leave a shim under the old name and write it into the CHANGELOG.
"""

import pickletools
from base64 import b64decode

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from providers.google.custom_schema import CustomSchema, CustomSchemaProvider
from providers.google.role_assignments import RoleAssignments, RoleAssignmentsProvider
from providers.google.saml_app import SamlApp, SamlAppProvider
from providers.twilio.flex_configuration import FlexConfiguration, FlexConfigurationProvider
from providers.twilio.flex_sso import FlexSso, FlexSsoProvider
from providers.webhook import HandoffDelivery, HandoffDeliveryProvider

STORED = [
    (CustomSchemaProvider, "providers.google.custom_schema"),
    (RoleAssignmentsProvider, "providers.google.role_assignments"),
    (SamlAppProvider, "providers.google.saml_app"),
    (FlexConfigurationProvider, "providers.twilio.flex_configuration"),
    (FlexSsoProvider, "providers.twilio.flex_sso"),
    (HandoffDeliveryProvider, "providers.webhook"),
]


@pytest.mark.parametrize(("provider", "module"), STORED)
def test_a_provider_is_stored_by_module_and_name_and_nothing_else(provider, module):
    stored = b64decode(serialize_provider(provider()))

    words = [arg for op, arg, _ in pickletools.genops(stored) if isinstance(arg, str)]
    assert [module, provider.__name__] == words
    assert len(stored) < 120


@pytest.mark.parametrize(
    ("resource", "type_name"),
    [
        (CustomSchema, "dynamic/google:CustomSchema"),
        (RoleAssignments, "dynamic/google:RoleAssignments"),
        (SamlApp, "dynamic/google:SamlApp"),
        (FlexConfiguration, "dynamic/twilio:FlexConfiguration"),
        (FlexSso, "dynamic/twilio:FlexSso"),
        (HandoffDelivery, "dynamic/handoff:HandoffDelivery"),
    ],
)
def test_type_names_are_part_of_every_urn(resource, type_name):
    assert type_name == resource._resource_type_name


@pytest.mark.parametrize("provider", [provider for provider, _ in STORED])
def test_a_provider_is_no_secret(provider):
    assert provider.serialize_as_secret_always is False
