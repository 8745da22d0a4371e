{{/* Cloud of the driver: aws, azure, google, oci or generic. */}}
{{- define "lustre-csi.cloud" -}}
{{- if eq .Values.driver "fsx.csi.aws.com" -}}aws
{{- else if eq .Values.driver "azurelustre.csi.azure.com" -}}azure
{{- else if eq .Values.driver "lustre.csi.storage.gke.io" -}}google
{{- else if eq .Values.driver "lustre.csi.oraclecloud.com" -}}oci
{{- else -}}generic
{{- end -}}
{{- end -}}

{{/* Names that the executable knows as values of --driver-name; other generic drivers are served as their name. */}}
{{- define "lustre-csi.isKnownDriver" -}}
{{- if or .Values.customDriver (has .Values.driver (list "fsx.csi.aws.com" "azurelustre.csi.azure.com" "lustre.csi.storage.gke.io" "lustre.csi.oraclecloud.com" "generic.lustre-csi" "lustre.csi.k8s.io")) -}}true{{- end -}}
{{- end -}}

{{/* Whether the controller mounts file systems. */}}
{{- define "lustre-csi.directories" -}}
{{- $enabled := .Values.controller.directories.enabled -}}
{{- if kindIs "invalid" $enabled -}}
{{- if and (eq (include "lustre-csi.cloud" .) "generic") (not .Values.customDriver) -}}true{{- end -}}
{{- else if $enabled -}}true
{{- end -}}
{{- end -}}

{{/* Environment variables that identify the driver; commands such as pre-stop-hook read them too. */}}
{{- define "lustre-csi.driverEnv" -}}
{{- if include "lustre-csi.isKnownDriver" . -}}
- name: LUSTRE_CSI_DRIVER_NAME
  value: {{ .Values.driver | quote }}
{{- else -}}
- name: LUSTRE_CSI_DRIVER_NAME
  value: generic.lustre-csi
- name: LUSTRE_CSI_SERVE_AS
  value: {{ .Values.driver | quote }}
{{- end }}
{{- if and .Values.tracing.enabled .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
{{- end }}
- name: CSI_ENDPOINT
  value: unix:///csi/csi.sock
- name: CSI_NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- end -}}

{{/* Executable of the image. */}}
{{- define "lustre-csi.command" -}}
{{- if .Values.image.command -}}{{ .Values.image.command }}
{{- else if eq .Values.compatibility "aws-fsx-csi-driver" -}}/bin/aws-fsx-csi-driver
{{- else if eq .Values.compatibility "azurelustre-csi-driver" -}}/app/azurelustreplugin
{{- else -}}lustre-csi
{{- end -}}
{{- end -}}

{{/* First of three ports in a row for the node plugin, which are those of its node: health, registrar, metrics. A name that is
     not known has ports of its own below the range of outgoing connections. */}}
{{- define "lustre-csi.nodePort" -}}
{{- $cloud := include "lustre-csi.cloud" . -}}
{{- if eq $cloud "aws" -}}9810
{{- else if eq $cloud "azure" -}}29763
{{- else if eq $cloud "google" -}}9820
{{- else -}}{{ add 20000 (mul 3 (mod (adler32sum .Values.driver | int64) 3000)) }}
{{- end -}}
{{- end -}}

{{- define "lustre-csi.controllerPort" -}}
{{- $cloud := include "lustre-csi.cloud" . -}}
{{- .Values.controller.healthPort | int | default (ternary 29762 9910 (eq $cloud "azure")) -}}
{{- end -}}

{{- define "lustre-csi.controllerMetricsPort" -}}
{{- .Values.controller.metrics.port | int | default (add 2 (include "lustre-csi.controllerPort" . | int)) -}}
{{- end -}}

{{/* Time limit of the calls of sidecars. */}}
{{- define "lustre-csi.timeout" -}}
{{- $cloud := include "lustre-csi.cloud" . -}}
{{- .Values.controller.timeout | default (dict "aws" "5m" "azure" "15m" "google" "15m" "oci" "15m" "generic" "1m" | dig $cloud "1m") -}}
{{- end -}}

{{/* Value of --topology-zone; empty: no topology. Nodes of Google have zones unless the value is none. */}}
{{- define "lustre-csi.topologyZone" -}}
{{- if eq (include "lustre-csi.cloud" .) "google" -}}{{ .Values.topology.zone | default "metadata" }}
{{- else -}}{{ .Values.topology.zone }}
{{- end -}}
{{- end -}}

{{/* Whether volumes have a topology. */}}
{{- define "lustre-csi.topology" -}}
{{- if not (has (include "lustre-csi.topologyZone" .) (list "" "none")) -}}true{{- end -}}
{{- end -}}

{{/* Source of azure.json: hostPath, secret or none. */}}
{{- define "lustre-csi.azureConfig" -}}
{{- $config := .Values.azure.cloudConfig -}}
{{- if ne (include "lustre-csi.cloud" .) "azure" -}}none
{{- else if ne $config.source "auto" -}}{{ $config.source }}
{{- else if $config.secretName -}}secret
{{- else if .Values.openshift.enabled -}}none
{{- else -}}hostPath
{{- end -}}
{{- end -}}

{{/* Whether sidecars use VolumeAttributesClasses, which external-resizer 2 does from Kubernetes 1.34 on. */}}
{{- define "lustre-csi.volumeAttributesClass" -}}
{{- $wanted := .Values.volumeAttributesClassSupport -}}
{{- if or (eq $wanted "enabled") (and (eq $wanted "auto") (semverCompare ">=1.34.0-0" .Capabilities.KubeVersion.Version)) -}}true{{- end -}}
{{- end -}}

{{- define "lustre-csi.nativeSidecar" -}}
{{- $wanted := .Values.sidecars.nodeDriverRegistrar.nativeSidecar -}}
{{- if or (eq $wanted "enabled") (and (eq $wanted "auto") (semverCompare ">=1.29.0-0" .Capabilities.KubeVersion.Version)) -}}true{{- end -}}
{{- end -}}

{{/* "true" if the nodes of a DaemonSet let guests mount volumes. */}}
{{- define "lustre-csi.guestVolumes" -}}
{{- $any := and .Values.node.enabled .Values.node.guestVolumes.enabled -}}
{{- range .Values.additionalDaemonSets -}}
{{- $any = or $any (dig "guestVolumes" "enabled" $.Values.node.guestVolumes.enabled (. | default dict)) -}}
{{- end -}}
{{- if $any }}true{{ end -}}
{{- end -}}

{{- define "lustre-csi.podInfoOnMount" -}}
{{- if kindIs "invalid" .Values.csidriver.podInfoOnMount -}}
{{- or .Values.node.kataAware (eq (include "lustre-csi.cloud" .) "azure") -}}
{{- else -}}{{ .Values.csidriver.podInfoOnMount }}
{{- end -}}
{{- end -}}

{{/* Text of a value. YAML reads large numbers as floating point ones, which would be written as 1e+06. */}}
{{- define "lustre-csi.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ printf "%.0f" . }}
{{- else -}}{{ toString . }}
{{- end -}}
{{- end -}}
